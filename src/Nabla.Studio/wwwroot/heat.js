// Heat maps: bytes around 128 become colours.

const light = matchMedia('(prefers-color-scheme: light)');

/** Draws a matrix on a canvas: a pixel an element, which the style sheet enlarges. */
export function draw(id, rows, columns, bytes) {
    const canvas = document.getElementById(id);
    if (!canvas) {
        return;
    }

    canvas.width = columns;
    canvas.height = rows;
    const context = canvas.getContext('2d');
    const image = context.createImageData(columns, rows);
    const back = light.matches ? 255 : 24;
    for (let i = 0; i < rows * columns; i++) {
        const share = (bytes[i] - 128) / 127;
        const [red, green, blue] = bytes[i] === 0 ? [255, 0, 255] : share >= 0 ? [222, 107, 10] : [20, 99, 184];
        const strength = bytes[i] === 0 ? 1 : Math.abs(share);
        image.data[4 * i] = back + (red - back) * strength;
        image.data[4 * i + 1] = back + (green - back) * strength;
        image.data[4 * i + 2] = back + (blue - back) * strength;
        image.data[4 * i + 3] = 255;
    }

    context.putImageData(image, 0, 0);
}
