// Where the decisions of this page are kept: in the browser, some hundred cases under one name, so
// that each key writes little.
const casesOfOneName = 256;

// The name as this browser keeps work under it: who types it in capitals today goes on with that.
const nameAsBefore = (desk, name) => {
  const { run, constituency } = desk.data;
  const base = `voterlist-desk/${run}/${constituency}/`;
  try {
    const kept = Object.keys(window.localStorage).filter((key) => key.startsWith(base));
    const names = kept.map((key) => key.slice(base.length, key.lastIndexOf("/")));
    return names.includes(name) ? name : names.find((one) => isSamePerson(one, name)) || name;
  } catch {
    return name;
  }
};

const makeBrowserStore = (desk, person) => {
  const { run, constituency } = desk.data;
  const base = `voterlist-desk/${run}/${constituency}/${person}`;
  const decisions = new Map();
  const store = { decisions, isSaved: true, changed: () => {} };

  const nameOf = (place) => `${base}/${Math.floor(place / casesOfOneName)}`;
  const read = (name) => {
    try {
      return JSON.parse(window.localStorage.getItem(name) || "{}");
    } catch (error) {
      store.isSaved = error instanceof SyntaxError && store.isSaved;
      return {};
    }
  };
  const take = (name) => {
    for (const [id, decision] of Object.entries(read(name))) {
      if (desk.placeOf.has(id)) decisions.set(desk.placeOf.get(id), decision);
    }
  };
  const write = (places) => {
    const names = new Set(places.map(nameOf));
    for (const name of names) {
      const kept = {};
      const first = Number(name.slice(base.length + 1)) * casesOfOneName;
      for (let place = first; place < first + casesOfOneName; place += 1) {
        if (decisions.has(place)) kept[desk.data.cases.id[place]] = decisions.get(place);
      }
      try {
        window.localStorage.setItem(name, JSON.stringify(kept));
      } catch {
        store.isSaved = false;
      }
    }
  };
  store.put = (changes) => {
    for (const [place, decision] of changes) {
      if (decision) decisions.set(place, decision);
      else decisions.delete(place);
    }
    write(changes.map(([place]) => place));
  };
  for (let place = 0; place < desk.count; place += casesOfOneName) take(nameOf(place));
  // The same page in another window: what is decided there shows here.
  window.addEventListener("storage", (event) => {
    if (!event.key || !event.key.startsWith(`${base}/`)) return;
    const first = Number(event.key.slice(base.length + 1)) * casesOfOneName;
    for (let place = first; place < first + casesOfOneName; place += 1) decisions.delete(place);
    take(event.key);
    store.changed();
  });
  return store;
};
