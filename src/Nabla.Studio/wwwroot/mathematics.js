// Which name of a formula a person points at. What it is worth is the server's to say.

const listeners = new Map();

/** Tells the panel about the names inside an element that are pointed at or clicked; Escape closes what that opened. */
export function watch(id, panel) {
    const root = document.getElementById(id);
    if (!root) {
        return;
    }

    let waiting = 0;
    const nameAt = event => event.target instanceof Element ? event.target.closest('.name[data-name]') : null;
    const tell = name => panel.invokeMethodAsync('PointAt', name.dataset.name);
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
    root.addEventListener('click', event => {
        const name = nameAt(event);
        if (name) {
            clearTimeout(waiting);
            tell(name);
        }
    }, { signal: end.signal });
    document.addEventListener('keydown', event => {
        if (event.key === 'Escape' && root.querySelector('#inspector')) {
            panel.invokeMethodAsync('Close');
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

/** Scrolls an element into view and opens what is folded around it. */
export function show(id) {
    const element = document.getElementById(id);
    for (let part = element; part; part = part.parentElement) {
        if (part instanceof HTMLDetailsElement) {
            part.open = true;
        }
    }

    element?.scrollIntoView({ block: 'nearest' });
}
