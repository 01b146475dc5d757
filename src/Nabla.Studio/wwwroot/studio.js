// What a page can do only by itself: keys and the address. Everything that is shown was computed by the server.

/** Says whether things may move by themselves. */
export function begin() {
    return !matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Puts the experiment into the address, without going there. */
export function address(query) {
    history.replaceState(history.state, '', query);
}
