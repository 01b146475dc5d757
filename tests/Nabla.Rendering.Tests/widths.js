// Sets formulas with KaTeX and writes their widths in em into the page, as JSON. A formula that KaTeX refuses is the business of another test.
(async () => {
  const boxes = formulas.map(formula => {
    const box = document.createElement('span');
    box.style.cssText = 'display: inline-block; white-space: nowrap; font-size: 20px';
    katex.render(`\\displaystyle ${formula}`, box, { throwOnError: false });
    document.body.append(box, document.createElement('br'));
    return box;
  });
  await document.fonts.ready;
  const em = box => parseFloat(getComputedStyle(box.querySelector('.katex')).fontSize);
  const result = document.createElement('pre');
  result.id = 'measured';
  result.textContent = JSON.stringify(boxes.map(box => box.getBoundingClientRect().width / em(box)));
  document.body.append(result);
})();
