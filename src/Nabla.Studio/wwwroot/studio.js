// What a page can do only by itself: keys and the address. Everything that is shown was computed by the server.

/** Says whether things may move by themselves. */
export function begin() {
    return !matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** Puts the experiment into the address, without going there. */
export function address(query) {
    history.replaceState(history.state, '', query);
}

const keys = new Map([[' ', 'run'], ['.', 'step'], ['r', 'reset'], ['[', 'previous'], [']', 'next'], ['g', 'check'], ['?', 'help']]);
const setting = 'nabla-studio-keys';

/** Sends single keys to the page, where they are switched on and nobody is typing. */
export function listen(page) {
    const switched = document.getElementById('keys');
    switched.checked = localStorage.getItem(setting) !== 'off';
    switched.addEventListener('change', () => localStorage.setItem(setting, switched.checked ? 'on' : 'off'));
    document.addEventListener('keydown', event => {
        const command = keys.get(event.key.toLowerCase());
        const at = event.target;
        const types = at.matches?.('input, select, textarea, [contenteditable]');
        const presses = event.key === ' ' && at.matches?.('button, summary, a, [role=tab]');
        if (!command || !switched.checked || types || presses || event.repeat || event.ctrlKey || event.altKey || event.metaKey || document.querySelector('dialog[open]')) {
            return;
        }

        event.preventDefault();
        if (command === 'help') {
            help();
        } else {
            page.invokeMethodAsync('KeyAsync', command).catch(() => { /* The page says that the studio is gone. */ });
        }
    });
    document.getElementById('help').addEventListener('click', help);

    // A file may be dropped anywhere; without this the browser would leave the page for it.
    document.addEventListener('dragover', event => event.preventDefault());
    document.addEventListener('drop', event => {
        const input = document.getElementById('upload');
        if (event.target !== input && event.dataTransfer.files.length > 0 && input) {
            event.preventDefault();
            input.files = event.dataTransfer.files;
            input.dispatchEvent(new Event('change', { bubbles: true }));
        }
    });
}

function help() {
    document.getElementById('help-text').showModal();
}
