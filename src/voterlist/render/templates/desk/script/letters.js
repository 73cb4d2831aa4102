// The letters in which two texts differ, and texts as they are searched.
const plainLetters = { "ə": "e", "ş": "s", "ç": "c", "ğ": "g", "ı": "i", "ö": "o", "ü": "u" };
const fold = (text) => text.replace(/İ/g, "i").replace(/I/g, "i").toLowerCase().replace(/[əşçğıöü]/g, (letter) => plainLetters[letter]);

// Two ways to type one name: other capitals, blanks and points. What differs more, the program knows.
const personKey = (name) => name.normalize("NFKC").toLowerCase().replace(/ı/g, "i").replace(/[^\p{L}\p{N}]/gu, "");
const isSamePerson = (one, other) => one === other || personKey(one) === personKey(other);

const longestText = 120;

// For each letter of both texts, whether it stands in the other one too, in its order.
const commonLetters = (one, other) => {
  const [rows, columns] = [one.length + 1, other.length + 1];
  const length = new Uint16Array(rows * columns);
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = other.length - 1; j >= 0; j -= 1) {
      const at = i * columns + j;
      length[at] = one[i] === other[j] ? length[at + columns + 1] + 1 : Math.max(length[at + columns], length[at + 1]);
    }
  }
  const common = [new Uint8Array(one.length), new Uint8Array(other.length)];
  for (let i = 0, j = 0; i < one.length && j < other.length;) {
    const at = i * columns + j;
    if (one[i] === other[j]) {
      common[0][i] = 1;
      common[1][j] = 1;
      i += 1;
      j += 1;
    } else if (length[at + columns] >= length[at + 1]) {
      i += 1;
    } else {
      j += 1;
    }
  }
  return { common, count: length[0] };
};

// The text in pieces, each with whether it differs from the other text; two texts that are less
// than half alike are one piece each: single letters would say nothing.
const piecesOf = (text, other) => {
  const whole = [[text, false]];
  if (!text || !other || text === other || text.length + other.length > 2 * longestText) return whole;
  const { common, count } = commonLetters(text, other);
  if (2 * count < 0.5 * (text.length + other.length)) return whole;
  const pieces = [];
  [...common[0]].forEach((isCommon, place) => {
    const last = pieces[pieces.length - 1];
    const differs = !isCommon;
    if (last && last[1] === differs) last[0] += text[place];
    else pieces.push([text[place], differs]);
  });
  return pieces;
};
