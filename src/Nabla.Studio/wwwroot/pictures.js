// Small pictures and the map of decisions. Numbers come as bytes; here they get colours.

const light = matchMedia('(prefers-color-scheme: light)');
const back = () => light.matches ? [255, 255, 255] : [27, 27, 31];
const classes = () => light.matches
    ? [[11, 92, 173], [180, 67, 10], [21, 112, 58], [126, 34, 206], [161, 19, 90], [14, 111, 124], [107, 90, 0], [75, 85, 99]]
    : [[124, 184, 245], [255, 159, 90], [95, 217, 139], [199, 155, 255], [255, 138, 184], [92, 214, 230], [227, 204, 90], [184, 192, 204]];
const shapes = 4;
const coarse = 6;
const mix = (from, to, share) => from.map((x, i) => x + (to[i] - x) * share);

/** Orange above zero, blue below, the paler the nearer to it; magenta where it is no number. */
function colorOf(byte) {
    const share = (byte - 128) / 127;
    return byte === 0 ? [255, 0, 255] : mix(back(), share >= 0 ? [222, 107, 10] : [20, 99, 184], Math.abs(share));
}

/** What draws again when the colours change. */
class Picture {
    constructor(canvas) {
        this.canvas = canvas;
        this.recolor = () => this.again?.();
        light.addEventListener('change', this.recolor);
    }

    draw(...what) {
        this.again = () => this.paint(...what);
        this.again();
    }

    dispose() {
        light.removeEventListener('change', this.recolor);
    }
}

class Board extends Picture {
    paint(side, bytes) {
        const count = bytes.length / (side * side);
        const across = Math.min(10, count);
        const [width, height] = [across * (side + 2) - 2, Math.ceil(count / across) * (side + 2) - 2];
        [this.canvas.width, this.canvas.height] = [width, height];
        const context = this.canvas.getContext('2d');
        const image = context.createImageData(side, side);
        for (let k = 0; k < count; k++) {
            for (let i = 0; i < side * side; i++) {
                image.data.set([...colorOf(bytes[k * side * side + i]), 255], 4 * i);
            }

            context.putImageData(image, (k % across) * (side + 2), Math.floor(k / across) * (side + 2));
        }
    }
}

/** A matrix: a pixel an element, which the style sheet enlarges. */
class Heat extends Picture {
    paint(rows, columns, bytes) {
        [this.canvas.width, this.canvas.height] = [columns, rows];
        const image = new ImageData(columns, rows);
        for (let i = 0; i < rows * columns; i++) {
            image.data.set([...colorOf(bytes[i]), 255], 4 * i);
        }

        this.canvas.getContext('2d').putImageData(image, 0, 0);
    }
}

class Plane extends Picture {
    paint(side, cells, points) {
        const size = 480;
        this.canvas.width = this.canvas.height = size;
        const context = this.canvas.getContext('2d');
        const colors = classes();
        const image = new ImageData(side, side);
        for (let i = 0; i < side * side; i++) {
            image.data.set([...mix(back(), colors[cells[2 * i] % colors.length], 0.12 + 0.4 * cells[2 * i + 1] / 255), 255], 4 * i);
        }

        const small = new OffscreenCanvas(side, side);
        small.getContext('2d').putImageData(image, 0, 0);
        context.imageSmoothingEnabled = false;
        context.drawImage(small, 0, 0, size, size);
        const most = cells.reduce((most, byte, i) => i % 2 ? most : Math.max(most, byte), 0);
        if (most >= shapes) {
            // There are not as many colours as answers: a few places of the plane have their marks.
            for (let i = 0; i < coarse * coarse; i++) {
                const at = k => Math.floor((k + 0.5) * side / coarse);
                const what = cells[2 * (at(Math.floor(i / coarse)) * side + at(i % coarse))];
                context.globalAlpha = 0.55;
                mark(context, what, (i % coarse + 0.5) * size / coarse, (Math.floor(i / coarse) + 0.5) * size / coarse, 9, `rgb(${colors[what % colors.length].join(' ')})`, null);
                context.globalAlpha = 1;
            }
        }

        context.lineWidth = 2;
        for (let i = 0; i < points.length; i += 4) {
            const [x, y, what, isHeldOut] = [points[i] / 255 * size, (1 - points[i + 1] / 255) * size, points[i + 2], points[i + 3]];
            const color = `rgb(${colors[what % colors.length].join(' ')})`;
            const paper = `rgb(${back().join(' ')})`;
            context.lineWidth = isHeldOut ? 2 : 1;
            mark(context, what, x, y, 5, isHeldOut ? paper : color, isHeldOut ? color : paper);
        }
    }
}

/** The mark of an answer: one of four shapes, beyond them its number. */
function mark(context, what, x, y, r, fill, stroke) {
    [context.fillStyle, context.strokeStyle] = [fill, stroke ?? fill];
    if (what < shapes) {
        context.beginPath();
        shape(context, what, x, y, r);
        context.fill();
        if (stroke) {
            context.stroke();
        }

        return;
    }

    context.font = `bold ${Math.round(2.6 * r)}px sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    if (stroke) {
        context.lineWidth = 3;
        context.strokeText(String(what + 1), x, y);
    }

    context.fillText(String(what + 1), x, y);
}

function shape(context, kind, x, y, r) {
    if (kind === 0) {
        context.arc(x, y, r, 0, 2 * Math.PI);
        return;
    }

    const corners = kind === 1 ? [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]] : kind === 2 ? [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]] : [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]];
    corners.forEach(([dx, dy], i) => i ? context.lineTo(x + r * dx, y + r * dy) : context.moveTo(x + r * dx, y + r * dy));
    context.closePath();
}

/** A matrix as a picture. */
export function heat(canvas) {
    return new Heat(canvas);
}

/** Small pictures on one canvas. */
export function board(canvas) {
    return new Board(canvas);
}

/** The map of decisions. */
export function plane(canvas) {
    return new Plane(canvas);
}
