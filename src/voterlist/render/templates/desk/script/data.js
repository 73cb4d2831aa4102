// What stands on the desk: the columns of the data as cases and entries.
const makeDesk = (data, allWords) => {
  const { cases, entries, codes } = data;
  const count = cases.id ? cases.id.length : 0;
  const starts = new Int32Array(count + 1);
  for (let place = 0; place < count; place += 1) starts[place + 1] = starts[place] + cases.size[place];
  const placeOf = new Map();
  for (let place = 0; place < count; place += 1) placeOf.set(cases.id[place], place);
  const desk = { data, codes, count, placeOf, language: "en" };

  desk.say = (key, places = {}) => {
    const text = allWords[desk.language][key];
    if (text === undefined) return key;
    return text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, name, single, plural) => {
      if (!(name in places)) return whole;
      const value = String(places[name]);
      if (plural === undefined) return value;
      return `${value} ${value === "1" ? single : plural}`;
    });
  };
  desk.text = (number) => {
    if (number >= 0) return data.strings[number];
    return data.texts[desk.language][-number];
  };
  desk.number = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, desk.language === "az" ? "\u00a0" : ",");
  desk.tenths = (value) => {
    const text = (Math.abs(value) / 10).toFixed(1);
    const sign = value > 0 ? "+" : "\u2212";
    return (value === 0 ? "" : sign) + (desk.language === "az" ? text.replace(".", ",") : text);
  };
  desk.probability = (place) => {
    const value = cases.probability[place];
    // A second reader is not told.
    if (value < 0) return "";
    const text = (Math.min(value, 999) / 10).toFixed(1);
    const percent = desk.language === "az" ? `${text.replace(".", ",")}\u00a0%` : `${text}\u00a0%`;
    return value > 999 ? `>\u00a0${percent}` : percent;
  };
  desk.isSure = (place) => cases.probability[place] > 990;
  desk.day = (iso) => {
    if (!iso) return "";
    const [year, month, day] = iso.slice(0, 10).split("-");
    return desk.language === "az" ? `${day}.${month}.${year}` : `${year}-${month}-${day}`;
  };

  desk.kind = (place) => codes.kinds[cases.kind[place]];
  desk.state = (place) => codes.states[cases.state[place]];
  desk.proposal = (place) => codes.proposals[cases.proposal[place]];
  desk.rows = (place) => {
    const rows = [];
    for (let row = starts[place]; row < starts[place + 1]; row += 1) rows.push(row);
    return rows;
  };
  desk.entryIds = (place) => desk.rows(place).map((row) => entries.id[row]);
  desk.keptRow = (place) => desk.rows(place).findIndex((row) => codes.roles[entries.role[row]] === "keep");
  desk.mark = (row, column) => codes.marks[(entries.marks[row] >> (2 * column)) & 3];
  desk.answers = (place) => data.answers[place] || [];
  desk.isOwn = (place, person) => desk.answers(place).some((answer) => isSamePerson(answer.by, person));
  desk.precincts = (place) => [...new Set(desk.rows(place).map((row) => entries.precinct[row]))];

  const folded = new Map();
  const foldedText = (number) => {
    if (!folded.has(number)) folded.set(number, fold(data.strings[number] || ""));
    return folded.get(number);
  };
  // The words that a search looks through: names as written and in standard spelling, addresses.
  desk.holds = (place, wanted) => wanted.every((word) => {
    if (String(cases.number[place]) === word || foldedText(cases.title[place]).includes(word)) return true;
    return desk.rows(place).some((row) => foldedText(entries.written[row]).includes(word) || foldedText(entries.address[row]).includes(word));
  });
  // The reason that stands beside an answer where nobody chose another one.
  desk.usualReason = (place, verdict) => {
    if (verdict === "separate") return "two-people";
    if (verdict === "ask") return "";
    return codes.reasons[cases.reason[place]];
  };
  return desk;
};
