// Charts, drawn by Apache ECharts.

const charts = new Map();

function colors() {
    const style = getComputedStyle(document.documentElement);
    return { text: style.getPropertyValue('--text').trim(), quiet: style.getPropertyValue('--quiet').trim(), line: style.getPropertyValue('--line').trim() };
}

function chartOf(id) {
    const element = document.getElementById(id);
    if (!element) {
        return null;
    }

    let chart = charts.get(id);
    if (!chart || chart.getDom() !== element) {
        chart?.dispose();
        chart = echarts.init(element, null, { renderer: 'canvas' });
        charts.set(id, chart);
        new ResizeObserver(() => chart.resize()).observe(element);
    }

    return chart;
}

/** Draws curves over steps. */
export function lines(id, data) {
    const chart = chartOf(id);
    const color = colors();
    chart?.setOption({
        animation: false,
        grid: { left: 48, right: 12, top: 28, bottom: 28 },
        legend: { top: 0, textStyle: { color: color.text } },
        xAxis: { type: 'value', min: 'dataMin', max: 'dataMax', axisLabel: { color: color.quiet }, splitLine: { show: false } },
        yAxis: { type: data.logarithmic ? 'log' : 'value', axisLabel: { color: color.quiet }, splitLine: { lineStyle: { color: color.line } } },
        series: data.series.map(series => ({ name: series.name, type: 'line', showSymbol: false, data: series.y.map((y, i) => [data.x[i], y]) })),
    }, true);
}
