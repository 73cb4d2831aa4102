// The list of cases at the side: filtered, grouped by kind, and only what is in sight is made.
const rowHeight = 44;
const rowsAround = 12;

const makeList = (desk, view) => {
  const { cases } = desk.data;
  const nowhere = -1;
  const box = byId("list");
  const inner = byId("list-rows");
  const list = { rows: [], places: [], positions: new Int32Array(desk.count).fill(nowhere) };
  const kindOrder = desk.codes.kinds;

  const bounds = { sure: [990, 1001], likely: [900, 990], even: [500, 900], low: [0, 500] };
  const workFits = {
    todo: (place, mine, stands) => !mine && (stands === "open" || stands === "contested"),
    mine: (place, mine) => Boolean(mine),
    asked: (place, mine, stands) => (mine ? mine.verdict === "ask" : stands === "asked"),
    contested: (place, mine, stands) => stands === "contested",
    "came-back": (place) => desk.rows(place).some((row) => desk.data.entries.before[row] !== 0),
    settled: (place, mine, stands) => stands === "settled",
    apart: (place, mine, stands) => stands === "apart",
    all: () => true,
  };
  const dayAfter = (iso, days) => new Date(Date.parse(iso) + days * 86400000).toISOString().slice(0, 10);
  const deadlineFits = (place, wanted) => {
    const mine = view.decisions().get(place);
    const due = (mine && mine.verdict === "ask" && mine.due) || desk.text(cases.due[place]);
    if (!due) return false;
    if (wanted === "passed") return due < desk.data.today;
    if (wanted === "soon") return due >= desk.data.today && due <= dayAfter(desk.data.today, 3);
    return due > dayAfter(desk.data.today, 3);
  };

  const fits = (place, filters, wanted) => {
    if (!workFits[filters.work](place, view.decisions().get(place), desk.state(place))) return false;
    if (filters.kind && desk.kind(place) !== filters.kind) return false;
    if (filters.precinct && !desk.precincts(place).includes(Number(filters.precinct))) return false;
    if (filters.probability) {
      const [low, high] = bounds[filters.probability];
      if (cases.probability[place] < low || cases.probability[place] >= high) return false;
    }
    if (filters.deadline && !deadlineFits(place, filters.deadline)) return false;
    return !wanted.length || desk.holds(place, wanted);
  };

  const wordsOf = (filters) => fold(filters.words).split(/\s+/).filter(Boolean);

  list.filter = (filters) => {
    const wanted = wordsOf(filters);
    const groups = new Map(kindOrder.map((kind) => [kind, []]));
    const disputed = [];
    for (let place = 0; place < desk.count; place += 1) {
      if (fits(place, filters, wanted)) {
        if (desk.state(place) === "contested") disputed.push(place);
        else groups.get(desk.kind(place)).push(place);
      }
    }
    list.rows = [];
    const add = (title, places) => {
      if (places.length) list.rows.push({ title, count: places.length }, ...places);
    };
    add("desk.state.contested", disputed);
    for (const [kind, places] of groups) add(`case-kind.${kind}.title`, places);
    list.places = list.rows.filter((row) => typeof row === "number");
    number();
    list.draw();
  };
  // Where each case stands in the list.
  const number = () => {
    list.positions.fill(nowhere);
    list.rows.forEach((row, position) => {
      if (typeof row === "number") list.positions[row] = position;
    });
    inner.style.height = `${list.rows.length * rowHeight}px`;
  };
  list.has = (place) => place >= 0 && list.positions[place] !== nowhere;
  // One case was decided: it leaves the list where it does not fit any more.
  list.decided = (place, filters) => {
    if (!list.has(place) || fits(place, filters, wordsOf(filters))) return;
    const position = list.positions[place];
    let group = position;
    while (typeof list.rows[group] === "number") group -= 1;
    list.rows.splice(position, 1);
    list.places.splice(list.places.indexOf(place), 1);
    list.rows[group].count -= 1;
    if (!list.rows[group].count) list.rows.splice(group, 1);
    number();
  };

  const titleRow = (row, position) => {
    const element = make("div", { class: "group", role: "presentation" }, make("b", {}, desk.say(row.title)), make("span", {}, desk.number(row.count)));
    element.style.top = `${position * rowHeight}px`;
    return element;
  };
  const caseRow = (place, position) => {
    const mine = view.decisions().get(place);
    const element = make(
      "button",
      { class: "item", type: "button", tabindex: "-1", "data-case-id": cases.id[place], "aria-current": place === view.place ? "true" : null, onclick: () => view.show(place) },
      make("span", { class: "no" }, String(cases.number[place])),
      make("span", { class: "who" }, desk.text(cases.title[place]) || "–", make("small", {}, view.stateWord(place))),
      make("span", { class: "chance" }, desk.probability(place)),
    );
    if (mine) element.classList.add("done");
    element.style.top = `${position * rowHeight}px`;
    return element;
  };
  list.draw = () => {
    const first = Math.max(0, Math.floor(box.scrollTop / rowHeight) - rowsAround);
    const last = Math.min(list.rows.length, Math.ceil((box.scrollTop + box.clientHeight) / rowHeight) + rowsAround);
    const drawn = [];
    for (let position = first; position < last; position += 1) {
      const row = list.rows[position];
      drawn.push(typeof row === "number" ? caseRow(row, position) : titleRow(row, position));
    }
    // The case in view stays in the page, wherever the list was scrolled to.
    const current = view.place >= 0 ? list.positions[view.place] : nowhere;
    if (current !== nowhere && (current < first || current >= last)) drawn.push(caseRow(view.place, current));
    if (current === nowhere && view.place >= 0) {
      const apart = caseRow(view.place, 0);
      apart.classList.add("unseen");
      drawn.push(apart);
    }
    inner.replaceChildren(...drawn);
  };
  list.reveal = (place) => {
    if (!list.has(place)) return;
    const position = list.positions[place];
    const top = position * rowHeight;
    if (top < box.scrollTop + rowHeight) box.scrollTop = Math.max(0, top - 2 * rowHeight);
    else if (top + 2 * rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight + 3 * rowHeight;
  };
  // The case behind or before a case in the list; the case itself may have left it.
  list.beside = (place, step) => {
    const at = list.places.indexOf(place);
    if (at >= 0) return list.places[at + step];
    return step > 0 ? list.places[0] : list.places[list.places.length - 1];
  };
  let isDrawing = false;
  box.addEventListener("scroll", () => {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      list.draw();
    });
  });
  return list;
};
