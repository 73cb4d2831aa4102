// The page comes to life: words, filters, buttons, the first case.
const themeName = "voterlist-theme";
const languageNames = { en: "English", az: "Azərbaycanca" };
const languageCodes = { en: "EN", az: "AZ" };

const remembered = (name) => {
  try {
    return window.localStorage.getItem(name);
  } catch {
    return null;
  }
};
const remember = (name, value) => {
  try {
    window.localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing shows the page all the same.
  }
};

const setTheme = (theme) => {
  if (theme) document.documentElement.dataset.theme = theme;
};

const fillWords = (desk) => {
  document.documentElement.lang = desk.language;
  const { constituency, cycle } = desk.data;
  const title = constituency === null ? desk.say("desk.title.all", { cycle }) : desk.say("desk.title", { number: constituency, cycle });
  document.title = title;
  byId("title").textContent = title;
  byId("subtitle").textContent = desk.say("desk.subtitle", { day: desk.day(desk.data.today), run: desk.data.run });
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = desk.say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", desk.say(element.dataset.label));
};

const fillFilters = (desk, view) => {
  const option = (value, text) => make("option", { value }, text);
  const all = () => option("", desk.say("desk.all"));
  const used = new Set(desk.data.cases.kind || []);
  const precincts = new Set(desk.data.entries.precinct || []);
  const fill = (id, options) => {
    byId(id).replaceChildren(...options);
    byId(id).value = view.filters[byId(id).dataset.filter];
  };
  fill("by-work", ["todo", "mine", "asked", "contested", "came-back", "settled", "apart", "all"].map((code) => option(code, desk.say(`desk.work.${code}`))));
  fill("by-kind", [all(), ...desk.codes.kinds.filter((kind, at) => used.has(at)).map((kind) => option(kind, desk.say(`case-kind.${kind}.title`)))]);
  fill("by-precinct", [all(), ...[...precincts].filter(Boolean).sort((one, other) => one - other).map((number) => option(String(number), String(number)))]);
  fill("by-probability", [all(), ...["sure", "likely", "even", "low"].map((code) => option(code, desk.say(`desk.probability.${code}`)))]);
  fill("by-deadline", [all(), ...["passed", "soon", "later"].map((code) => option(code, desk.say(`desk.deadline.${code}`)))]);
};

const bindFilters = (desk, view) => {
  const changed = () => {
    view.list.filter(view.filters);
    drawProgress(desk, view);
    if (!view.list.places.length) view.showNothing();
    else if (!view.list.has(view.place)) view.show(view.list.places[0]);
  };
  for (const element of document.querySelectorAll("[data-filter]")) {
    element.addEventListener("input", () => {
      view.filters[element.dataset.filter] = element.value;
      changed();
    });
  }
};

const bindButtons = (desk, view) => {
  const acts = {
    "as-proposed": view.asProposed,
    separate: view.separate,
    ask: view.ask,
    undo: view.undo,
    "undo-last": view.undo,
    withdraw: view.withdraw,
    next: () => view.step(1),
    previous: () => view.step(-1),
    bulk: () => openBulk(desk, view),
    person: () => askName(desk, view),
    help: () => byId("help-dialog").showModal(),
    theme: () => {
      const isDark = getComputedStyle(document.documentElement).getPropertyValue("--is-dark").trim() === "1";
      setTheme(isDark ? "light" : "dark");
      remember(themeName, isDark ? "light" : "dark");
    },
    "export-decisions": () => {
      const act = () => saveFile(fileNameOf(desk, view.person), decisionFile(desk, view.decisions(), view.person, view.noted()));
      if (view.person) act();
      else askName(desk, view, act);
    },
    language: () => {
      desk.language = desk.language === "en" ? "az" : "en";
      view.relabel();
    },
  };
  for (const [id, act] of Object.entries(acts)) byId(id).addEventListener("click", () => act());
  byId("note").addEventListener("change", (event) => view.writeNote(event.target.value));
  byId("due").addEventListener("change", () => byId("due").blur());
  byId("bits").addEventListener("toggle", () => { if (view.place >= 0) drawBits(desk, view.place); });
  byId("open-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const read = readFile(desk, await file.text());
    event.target.value = "";
    const take = () => view.announce([desk.say("desk.taken", { count: view.take(read.found) }), view.takeNoted(read.entries)].filter(Boolean).join(" "));
    if (read.problem) view.announce(desk.say(`desk.open.${read.problem}`));
    // Without a name they would be nobody's, and gone once there is one.
    else if (view.person) take();
    else askName(desk, view, take);
  });
};

// The page over data and words; where decisions are kept is the maker's. What is different where it
// is served is told to the view before anything is shown.
const startDesk = (data, words, language, person, makeStore, adapt = () => {}) => {
  const desk = makeDesk(data, words);
  desk.language = language;
  const stores = new Map();
  const storeOf = (name) => {
    if (!stores.has(name)) stores.set(name, makeStore(desk, name));
    return stores.get(name);
  };
  const store = { decisions: new Map(), isSaved: true, put: () => {} };
  const view = makeView(desk, store);
  // Other entries can be noted where there are printed lists.
  view.noted = () => [];
  view.takeNoted = () => "";
  adapt(desk, view);
  view.setPerson = (typed) => {
    const name = nameAsBefore(desk, typed);
    const kept = storeOf(name);
    view.person = name;
    store.decisions = kept.decisions;
    store.put = (changes) => {
      kept.put(changes);
      store.isSaved = kept.isSaved;
    };
    kept.changed = () => view.refresh();
    view.undone = [];
    byId("undo").disabled = true;
    view.refresh();
  };
  view.relabel = () => {
    fillWords(desk);
    fillFilters(desk, view);
    const other = desk.language === "en" ? "az" : "en";
    byId("language").textContent = languageCodes[other];
    byId("language").setAttribute("aria-label", `${languageCodes[other]}: ${languageNames[other]}`);
    byId("language").lang = other;
    view.refresh();
  };
  setTheme(remembered(themeName));
  byId("due").value = new Date(Date.parse(data.today) + daysToAnswer * 86400000).toISOString().slice(0, 10);
  bindFilters(desk, view);
  bindButtons(desk, view);
  bindKeys(desk, view);
  view.relabel();
  if (person) view.setPerson(person);
  if (view.list.places.length) view.show(view.list.places[0]);
  else view.showNothing();
  window.addEventListener("resize", () => view.list.draw());
  document.documentElement.dataset.ready = "yes";
  return view;
};
