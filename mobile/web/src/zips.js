// Several files as one .zip, stored as they are: pictures are compressed already.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3

const UTF8 = 0x0800; // the flag for names in UTF-8
const VERSION = 20;
const DAY = 0x21; // the first of January 1980: no date of the visitor's

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

/** The checksum that a .zip holds of each file. */
export function crc32(bytes) {
  let value = -1;
  for (const byte of bytes) value = (value >>> 8) ^ TABLE[(value ^ byte) & 255];
  return (value ^ -1) >>> 0;
}

/**
 * Packs files; of several of one name the later ones are numbered.
 *
 * @param {File[]} files
 * @param {string} name Of the .zip.
 * @returns {Promise<File>}
 */
export async function pack(files, name) {
  const names = new Set();
  const parts = [];
  const list = [];
  let place = 0;
  for (const file of files) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const title = new TextEncoder().encode(unique(file.name, names));
    // what a file's own head and its line in the list share
    const facts = [
      [VERSION, 2], [UTF8, 2], [0, 2], [0, 2], [DAY, 2], [crc32(bytes), 4],
      [bytes.length, 4], [bytes.length, 4], [title.length, 2], [0, 2],
    ];
    const head = record([[0x04034b50, 4], ...facts]);
    parts.push(head, title, bytes);
    list.push(
      record([[0x02014b50, 4], [VERSION, 2], ...facts, [0, 2], [0, 2], [0, 2], [0, 4], [place, 4]]),
      title,
    );
    place += head.length + title.length + bytes.length;
  }
  const size = list.reduce((sum, { length }) => sum + length, 0);
  const end = record([
    [0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4],
    [place, 4], [0, 2],
  ]);
  return new File([...parts, ...list, end], name, { type: "application/zip" });
}

function unique(name, taken) {
  const [, stem, ending] = /^(.*?)(\.[^.]*)?$/.exec(name);
  let title = name;
  for (let n = 2; taken.has(title); n++) title = `${stem} (${n})${ending ?? ""}`;
  taken.add(title);
  return title;
}

/** Numbers of two or four bytes, the low byte first. */
function record(fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [, size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, size] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}
