// The case in view: its entries side by side, what was answered, and the evidence on demand.
const drawCase = (desk, view) => {
  const place = view.place;
  const { entries, cases, fields } = desk.data;
  const rows = desk.rows(place);
  const say = desk.say;
  const decision = view.decisions().get(place);
  const draft = view.draft;

  const verdictOf = (entry) => {
    if (decision && decision.verdict === "same") {
      if (decision.apart.includes(entry)) return "separate";
      return decision.kept === entry ? "keep" : "repeat";
    }
    if (decision && decision.verdict === "separate") return "separate";
    if (decision && decision.verdict === "ask") return decision.asked.includes(entry) ? "ask" : "";
    return "";
  };

  const headCell = (row, entry) => {
    const role = desk.codes.roles[entries.role[row]];
    const own = verdictOf(entry);
    const before = desk.text(entries.before[row]);
    const settled = desk.codes.verdicts[entries.verdict[row]];
    const isApart = draft.apart.includes(entry);
    return make(
      "th",
      { scope: "col", class: own ? `own v-${own}` : "" },
      make("span", { class: "entry-number" }, String(entry + 1)),
      own ? make("span", { class: `chip v-${own}` }, say(own === "ask" ? "answer.ask" : `verdict.${own}`)) : null,
      make("span", { class: `role r-${role}` }, say(`role.${role}`)),
      make("small", {}, desk.text(entries.reason[row])),
      settled && !own ? make("small", { class: "settled" }, say("report.decided", { verdict: say(`verdict.${settled}`) })) : null,
      before ? make("small", { class: "before" }, before) : null,
      make(
        "span",
        { class: "tools" },
        make("button", { type: "button", class: "small", onclick: () => view.keep(entry) }, make("kbd", {}, String(entry + 1)), say("desk.keep-this")),
        rows.length > 2 ? make("button", { type: "button", class: "small", "aria-pressed": String(isApart), onclick: () => view.toggleApart(entry) }, make("kbd", {}, `⇧${entry + 1}`), say("desk.another-person")) : null,
      ),
    );
  };

  const cell = (row, entry, name, column) => {
    const text = desk.text(entries[name][row]);
    const mark = desk.mark(row, column);
    if (!text) return make("td", {}, make("span", { class: "gap" }, say("report.gap")));
    if (!mark) return make("td", {}, text);
    const other = desk.text(entries[name][rows[entry === 0 ? 1 : 0]]);
    const pieces = piecesOf(text, other).map(([piece, differs]) => (differs ? make("mark", {}, piece) : piece));
    return make("td", { class: mark }, ...pieces);
  };

  const fieldRow = (name, column) => {
    const isKnown = rows.some((row) => entries[name][row] !== 0);
    if (!isKnown) return null;
    const isMarked = rows.some((row) => desk.mark(row, column));
    return make(
      "tr",
      { class: isMarked ? "marked" : "" },
      make("th", { scope: "row" }, say(`field.${name}`)),
      ...rows.map((row, entry) => cell(row, entry, name, column)),
    );
  };
  const placeRow = () => make("tr", { class: "where" }, make("th", { scope: "row" }, say("report.where")), ...rows.map((row) => {
    const parts = [];
    if (entries.constituency[row] && entries.constituency[row] !== desk.data.constituency) parts.push(say("report.place.constituency", { number: entries.constituency[row] }));
    if (entries.precinct[row]) parts.push(say("report.place.precinct", { number: entries.precinct[row] }));
    if (entries.list[row]) parts.push(desk.text(entries.list[row]));
    const file = [desk.text(entries.file[row])];
    if (entries.sheet[row]) file.push(say("report.place.sheet", { sheet: desk.text(entries.sheet[row]) }));
    if (entries.line[row]) file.push(say("report.place.line", { line: entries.line[row] }));
    return make("td", {}, make("b", {}, parts.join(" · ")), make("small", {}, file.filter(Boolean).join(", ")));
  }));

  byId("case-number").textContent = say("desk.case", { number: cases.number[place] });
  byId("case-kind").textContent = say(`case-kind.${desk.kind(place)}.title`);
  byId("case-chance").textContent = desk.probability(place);
  byId("case-state").textContent = view.stateWord(place);
  byId("case-state").className = `chip state-${decision ? "mine" : desk.state(place)}`;
  const isProposed = ["same", "separate"].includes(desk.proposal(place));
  byId("as-proposed").disabled = !isProposed;
  byId("as-proposed").classList.toggle("main", isProposed);
  byId("case-sentence").textContent = desk.text(cases.sentence[place]);
  byId("case-table").replaceChildren(
    make("thead", {}, make("tr", {}, make("td", {}), ...rows.map(headCell))),
    make("tbody", {}, ...fields.map(fieldRow).filter(Boolean), placeRow()),
  );
  drawAnswers(desk, view);
  drawBits(desk, place);
};

// What people answered, side by side: of a contested case everybody's verdicts.
const drawAnswers = (desk, view) => {
  const answers = desk.answers(view.place);
  const box = byId("case-answers");
  box.hidden = !answers.length;
  if (!answers.length) return;
  const rows = desk.rows(view.place);
  const isContested = desk.state(view.place) === "contested";
  const word = (code) => {
    const verdict = desk.codes.verdicts[code];
    if (!verdict) return "–";
    return desk.say(verdict === "ask" ? "answer.ask" : `verdict.${verdict}`);
  };
  const line = (answer) => {
    const due = answer.due ? desk.say("desk.until", { day: desk.day(answer.due) }) : "";
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, answer.by, make("small", {}, desk.day(answer.at))),
      ...answer.verdicts.map((code) => make("td", {}, word(code))),
      make("td", {}, [answer.reason, due].filter(Boolean).join("; ")),
    );
  };
  const head = make("tr", {}, make("th", { scope: "col" }, desk.say("desk.who")), ...rows.map((row, entry) => make("th", { scope: "col" }, String(entry + 1))), make("th", { scope: "col" }, desk.say("desk.why")));
  box.replaceChildren(
    make("h3", {}, desk.say(isContested ? "desk.answers.contested" : "desk.answers.before")),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": desk.say("desk.answers.before") }, make("table", { class: "said" }, make("thead", {}, head), make("tbody", {}, ...answers.map(line)))),
  );
};

// The evidence in bits; the bars are drawn only where somebody asks.
const drawBits = (desk, place) => {
  const box = byId("bits");
  const fall = desk.data.waterfalls[place];
  box.hidden = !fall.length;
  if (!fall.length || !box.open) return;
  const lines = [];
  for (let at = 0; at < fall.length; at += 3) lines.push([desk.text(fall[at]), desk.text(fall[at + 1]), fall[at + 2]]);
  const most = Math.max(...lines.map(([, , bits]) => Math.abs(bits)), 1);
  const bar = (bits) => {
    const bars = make("span", { class: bits < 0 ? "bar down" : "bar up", "aria-hidden": "true" });
    bars.style.width = `${Math.round((100 * Math.abs(bits)) / most)}%`;
    return bars;
  };
  const row = ([what, found, bits]) => make("tr", {}, make("th", { scope: "row" }, what, " ", make("small", {}, found)), make("td", { class: "n" }, desk.tenths(bits)), make("td", { class: "drawn" }, bar(bits)));
  const sum = lines.reduce((total, [, , bits]) => total + bits, 0);
  const total = make("tr", {}, make("th", { scope: "row" }, desk.say("waterfall.total")), make("td", { class: "n" }, desk.tenths(sum)), make("td", {}));
  byId("bits-table").replaceChildren(make("tbody", {}, ...lines.map(row)), make("tfoot", {}, total));
};
