// Charts, drawn by Apache ECharts. Everything in them was computed by the server; here it gets its colours.

const light = matchMedia('(prefers-color-scheme: light)');

// Dark on light paper and light on dark paper; beside the colours, curves differ by marks, dashes and names.
const palette = () => light.matches
    ? ['#0b5cad', '#b4430a', '#15703a', '#7e22ce', '#a1135a', '#0e6f7c', '#6b5a00', '#4b5563', '#1e3a8a', '#7f1d1d', '#365314', '#581c87', '#831843']
    : ['#7cb8f5', '#ff9f5a', '#5fd98b', '#c79bff', '#ff8ab8', '#5cd6e6', '#e3cc5a', '#b8c0cc', '#a5b4fc', '#fca5a5', '#bef264', '#d8b4fe', '#f9a8d4'];
const marks = ['circle', 'rect', 'triangle', 'diamond', 'pin', 'arrow', 'roundRect'];

function paint() {
    const style = getComputedStyle(document.documentElement);
    const of = name => style.getPropertyValue(name).trim();
    return { text: of('--text'), quiet: of('--quiet'), line: of('--line'), paper: of('--paper'), curves: palette() };
}

// More names than these at the ends of curves would lie over each other; a legend has them then.
const mostEnds = 6;
// Of more points not each has a mark: the marks would hide the curves.
const mostMarks = 30;
const hasEnds = options => options.ends && options.series.length <= mostEnds;
// Rows of a legend of short names in the chart's width.
const legendRows = options => options.ends ? Math.ceil(options.series.length / 6) : options.series.some(one => one.earlier) ? 2 : 1;

const short = new Intl.NumberFormat('en', { notation: 'compact' });
const figure = value => value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5) ? value.toExponential(0).replace('+', '') : String(+value.toPrecision(4));

/** A chart in an element. */
export function chart(element) {
    return new Chart(element);
}

class Chart {
    constructor(element) {
        this.chart = echarts.init(element, null, { renderer: 'canvas' });
        this.resizing = new ResizeObserver(() => this.chart.resize());
        this.resizing.observe(element);
        this.recolor = () => this.again?.();
        light.addEventListener('change', this.recolor);
    }

    /** Draws curves: what they are, and their numbers one after the other as floats. */
    lines(options, bytes) {
        this.again = () => this.chart.setOption(lineOptions(options, bytes), true);
        this.again();
    }

    /** Draws points: what was right to the right, what the network said upwards, and the line on which both are the same. */
    scatter(options, bytes) {
        this.again = () => this.chart.setOption(scatterOptions(options, bytes), true);
        this.again();
    }

    /** Gives the picture to the user as a file. */
    save(name) {
        const canvas = this.chart.getRenderedCanvas({ pixelRatio: 2, backgroundColor: paint().paper });
        canvas.toBlob(blob => give(blob, name));
    }

    dispose() {
        light.removeEventListener('change', this.recolor);
        this.resizing.disconnect();
        this.chart.dispose();
    }
}

function axes(options, colors) {
    const label = { color: colors.quiet, hideOverlap: true };
    return {
        animation: false,
        grid: { left: 8, right: options.ends ? 64 : 14, top: options.ends ? 12 : options.rows > 1 ? 14 + 16 * options.rows : 30, bottom: 22, containLabel: true },
        xAxis: {
            type: 'value', min: 'dataMin', max: 'dataMax', name: options.x, nameLocation: 'middle', nameGap: 22, nameTextStyle: { color: colors.quiet },
            axisLabel: { ...label, formatter: value => short.format(value) }, axisLine: { lineStyle: { color: colors.quiet } }, splitLine: { show: false },
        },
        yAxis: {
            type: options.logarithmic ? 'log' : 'value', scale: true,
            axisLabel: { ...label, formatter: value => options.percent ? `${+(100 * value).toPrecision(3)} %` : figure(value) },
            splitLine: { lineStyle: { color: colors.line } },
        },
        tooltip: {
            trigger: 'axis', renderMode: 'richText', transitionDuration: 0, axisPointer: { animation: false, lineStyle: { color: colors.quiet } }, backgroundColor: colors.paper, borderColor: colors.line,
            textStyle: { color: colors.text, fontSize: 12 },
            formatter: items => `${options.x} ${items[0].axisValueLabel ?? items[0].value[0]}\n` + items.filter(item => item.seriesType === 'line')
                .map(item => `${item.seriesName}: ${options.percent ? `${(100 * item.value[1]).toFixed(1)} %` : item.value[1].toPrecision(4)}`).join('\n'),
        },
    };
}

function lineOptions(options, bytes) {
    const colors = paint();
    const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const shown = value => Number.isFinite(value) && (!options.logarithmic || value > 0);
    const series = [];
    let from = 0;
    for (const [at, one] of options.series.entries()) {
        const n = one.count;
        const row = i => numbers.subarray(from + i * n, from + (i + 1) * n);
        const [x, y] = [row(0), row(1)];
        const color = colors.curves[one.color % colors.curves.length];
        const data = [];
        for (let i = 0; i < n; i++) {
            if (shown(y[i])) {
                data.push([x[i], y[i]]);
            }
        }

        if (one.band) {
            const edge = [];
            const [least, most] = [row(2), row(3)];
            for (let i = 0; i < n; i++) {
                if (shown(least[i]) && shown(most[i])) {
                    edge.push([x[i], least[i], most[i]]);
                }
            }

            series.push(band(`${one.name}, extremes`, edge, color));
        }

        series.push({
            name: one.name, type: 'line', data, color, z: one.earlier ? 2 : 3, showSymbol: one.marks || n === 1,
            symbol: marks[one.color % marks.length], symbolSize: 5, showAllSymbol: 'auto',
            ...(one.marks && data.length > mostMarks || options.ends && !hasEnds(options) ? sparse(data.length, at) : {}),
            lineStyle: { width: one.earlier ? 1.5 : 2, type: one.earlier ? [5, 4] : 'solid', opacity: one.earlier ? 0.8 : 1 },
            endLabel: { show: hasEnds(options), formatter: '{a}', color: colors.text, fontSize: 11, distance: 4 },
            labelLayout: hasEnds(options) ? { moveOverlap: 'shiftY' } : undefined,
            emphasis: { disabled: true },
        });
        from += n * (one.band ? 4 : 2);
    }

    return {
        ...axes({ ...options, ends: hasEnds(options), rows: legendRows(options) }, colors),
        legend: hasEnds(options) ? undefined : { top: 0, left: 0, itemWidth: 22, itemHeight: 8, textStyle: { color: colors.text, fontSize: 12 }, data: options.series.map(one => one.name), selectedMode: false, type: legendRows(options) > 1 ? 'plain' : 'scroll' },
        series,
    };
}

/** A few marks on a curve, not beside those of the next one: they tell many curves apart without their colours. */
function sparse(count, at) {
    const every = Math.max(1, Math.floor(count / 6));
    return { showSymbol: true, showAllSymbol: true, symbolSize: (_, item) => (item.dataIndex + at * Math.ceil(every / 5)) % every === 0 ? 7 : 0 };
}

/** The band between the least and the largest of the values that a point stands for. */
function band(name, edge, color) {
    return {
        name, type: 'custom', data: edge.length ? [0] : [], silent: true, z: 1, clip: true, tooltip: { show: false },
        renderItem: (_, api) => ({
            type: 'polygon',
            shape: { points: [...edge.map(([x, least]) => api.coord([x, least])), ...edge.map(([x, , most]) => api.coord([x, most])).reverse()] },
            style: { fill: color, opacity: 0.2 },
        }),
    };
}

function scatterOptions(options, bytes) {
    const colors = paint();
    const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const data = [];
    let [least, most] = [Infinity, -Infinity];
    for (let i = 0; i < numbers.length; i += 2) {
        data.push([numbers[i], numbers[i + 1]]);
        least = Math.min(least, numbers[i], numbers[i + 1]);
        most = Math.max(most, numbers[i], numbers[i + 1]);
    }

    const base = axes({ ...options, ends: false }, colors);
    return {
        ...base,
        tooltip: undefined,
        grid: { ...base.grid, top: 14, left: 26 },
        yAxis: { ...base.yAxis, name: options.y, nameLocation: 'middle', nameGap: 40, nameTextStyle: { color: colors.quiet } },
        xAxis: { ...base.xAxis, axisLabel: { ...base.xAxis.axisLabel, formatter: figure } },
        series: [
            { type: 'line', data: [[least, least], [most, most]], color: colors.quiet, showSymbol: false, lineStyle: { width: 1, type: [5, 4] }, silent: true },
            { type: 'scatter', data, color: colors.curves[0], symbolSize: 5, itemStyle: { opacity: 0.7 }, silent: true },
        ],
    };
}

/** Hands a file to the user. */
function give(blob, name) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
