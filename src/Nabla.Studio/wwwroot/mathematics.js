// Which name of a formula a person points at. What it is worth is the server's to say.

const listeners = new Map();
let lastFocused = '';

/** Tells the panel about the names inside an element that are pointed at or clicked; Escape closes what that opened. */
export function watch(id, panel) {
    const root = document.getElementById(id);
    if (!root) {
        return;
    }

    let waiting = 0;
    const nameAt = event => event.target instanceof Element ? event.target.closest('.name[data-name]') : null;
    // Without a connection there is nobody to answer; the page says so itself.
    const lost = () => {};
    const tell = name => panel.invokeMethodAsync('PointAt', name.dataset.name).catch(lost);
    const end = new AbortController();
    root.addEventListener('pointerover', event => {
        clearTimeout(waiting);
        const name = nameAt(event);
        if (name) {
            // A pointer that only passes by opens nothing.
            waiting = setTimeout(() => tell(name), 150);
        }
    }, { signal: end.signal });
    root.addEventListener('pointerleave', () => clearTimeout(waiting), { signal: end.signal });
    root.addEventListener('focusin', event => { lastFocused = event.target.id; }, { signal: end.signal });
    root.addEventListener('click', event => {
        const name = nameAt(event);
        if (name) {
            clearTimeout(waiting);
            tell(name);
        }
    }, { signal: end.signal });
    document.addEventListener('keydown', event => {
        if (event.key === 'Escape' && root.querySelector('#inspector')) {
            panel.invokeMethodAsync('Close').catch(lost);
        }
    }, { signal: end.signal });
    listeners.set(id, { abort: () => { clearTimeout(waiting); end.abort(); } });
}

/** Ends that. */
export function leave(id) {
    listeners.get(id)?.abort();
    listeners.delete(id);
}

/** Marks a name wherever it stands. */
export function mark(id, name) {
    for (const element of document.getElementById(id)?.querySelectorAll('.name[data-name]') ?? []) {
        element.classList.toggle('pointed', element.dataset.name === name);
    }
}

/**
 * Scrolls a line into view and opens what is folded around it. Where the button that was pressed has gone with the line before, the same one of this line
 * gets the focus, or its number.
 */
export function show(id) {
    const element = document.getElementById(id);
    for (let part = element; part; part = part.parentElement) {
        if (part instanceof HTMLDetailsElement) {
            part.open = true;
        }
    }

    element?.scrollIntoView({ block: 'nearest' });
    if (element && document.activeElement === document.body) {
        const own = ['walk-on', 'walk-back'].includes(lastFocused) ? [lastFocused, 'walk-on', 'walk-back'].map(button => element.querySelector(`#${button}:enabled`)) : [];
        (own.find(button => button) ?? element.querySelector('.number'))?.focus({ preventScroll: true });
    }
}
