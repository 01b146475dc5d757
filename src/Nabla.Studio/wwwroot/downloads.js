// What leaves the page: files and the clipboard.

/** Hands a file to the user. */
export async function save(name, type, stream) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([await stream.arrayBuffer()], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Puts a text on the clipboard. */
export async function copy(name, type, stream) {
    await navigator.clipboard.writeText(new TextDecoder().decode(await stream.arrayBuffer()));
}
