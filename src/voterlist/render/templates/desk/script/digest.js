// The SHA-256 of a text: the page works where the browser's own is not to be had.
const roundConstants = (() => {
  const found = [];
  const fraction = (number) => ((number - Math.floor(number)) * 4294967296) | 0;
  for (let candidate = 2; found.length < 64; candidate += 1) {
    let isPrime = true;
    for (let factor = 2; factor * factor <= candidate; factor += 1) {
      if (candidate % factor === 0) isPrime = false;
    }
    if (isPrime) found.push(fraction(Math.cbrt(candidate)));
  }
  return found;
})();
const firstHash = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

const paddedBytes = (text) => {
  const bytes = new TextEncoder().encode(text);
  const padded = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  return view;
};

const sha256 = (text) => {
  const view = paddedBytes(text);
  const turn = (word, by) => (word >>> by) | (word << (32 - by));
  const words = new Int32Array(64);
  const hash = Int32Array.from(firstHash);
  for (let start = 0; start < view.byteLength; start += 64) {
    for (let place = 0; place < 16; place += 1) words[place] = view.getInt32(start + 4 * place);
    for (let place = 16; place < 64; place += 1) {
      const [early, late] = [words[place - 15], words[place - 2]];
      const low = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const high = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words[place] = (words[place - 16] + low + words[place - 7] + high) | 0;
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let place = 0; place < 64; place += 1) {
      const high = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const chosen = (e & f) ^ (~e & g);
      const first = (h + high + chosen + roundConstants[place] + words[place]) | 0;
      const low = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const most = (a & b) ^ (a & c) ^ (b & c);
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + low + most) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, place) => { hash[place] = (hash[place] + word) | 0; });
  }
  return [...hash].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
};

// The one form of a value (RFC 8785), so that two programs find the same digest.
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const parts = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${parts.join(",")}}`;
};
