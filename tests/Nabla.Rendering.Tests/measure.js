// Measures the formulas of a page in a browser and writes the result into the page, as JSON.
(() => {
  const children = { mfrac: 2, msup: 2, msub: 2, msubsup: 3, munder: 2 };
  const known = new Set([...Object.keys(children), 'mi', 'mn', 'mo', 'mrow', 'mspace', 'msqrt', 'mtext', 'math']);
  const counts = {};
  const wrong = [];
  const say = (element, what) => wrong.push(`${what}: ${element.outerHTML.slice(0, 300)}`);
  const box = element => element.getBoundingClientRect();
  const middle = element => (box(element).top + box(element).bottom) / 2;
  const size = element => parseFloat(getComputedStyle(element).fontSize);

  for (const element of document.querySelectorAll('math, math *')) {
    const name = element.localName;
    counts[name] = (counts[name] ?? 0) + 1;
    if (element.namespaceURI !== 'http://www.w3.org/1998/Math/MathML' || !(element instanceof MathMLElement)) say(element, 'no MathML');
    if (!known.has(name)) say(element, `unexpected ${name}`);
    const { width, height } = box(element);
    const empty = name === 'mspace' || name === 'mo' && /^[\u2061\u2062]$/.test(element.textContent);
    if (!empty && !(width > 0 && height > 0)) say(element, 'nothing to be seen');
    if (!(name in children)) continue;
    if (element.childElementCount !== children[name]) { say(element, `${element.childElementCount} children`); continue; }
    const [base, second, third] = element.children;
    const below = name === 'msub' || name === 'msubsup' ? second : null;
    const above = name === 'msup' ? second : name === 'msubsup' ? third : null;
    for (const index of [below, above]) {
      if (index === null) continue;
      if (box(index).left < box(base).left + 0.5 * box(base).width) say(element, 'not beside its base');
      if (size(index) > size(base) || size(base) > 14 && size(index) > 0.9 * size(base)) say(element, 'not smaller than its base');
    }
    if (above !== null && !(middle(above) < middle(base) - 1 && box(above).bottom < box(base).bottom)) say(element, 'not raised');
    if (below !== null && !(middle(below) > middle(base) + 1 && box(below).top > box(base).top)) say(element, 'not lowered');
    if (above !== null && below !== null && middle(above) >= middle(below)) say(element, 'exponent below the index');
    if (name === 'mfrac' || name === 'munder') {
      if (box(base).bottom > box(second).top + 1) say(element, 'not stacked');
      const left = box(base).left + box(base).right, right = box(second).left + box(second).right;
      if (Math.abs(left - right) > 4) say(element, 'not centred');
    }
  }
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) wrong.push('wider than the page');
  const result = document.createElement('pre');
  result.id = 'measured';
  result.textContent = JSON.stringify({ counts, wrong });
  document.body.append(result);
})();
