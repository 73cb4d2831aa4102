// In the one file data and words stand in the page, and decisions in the browser.
const inPage = (id) => JSON.parse(byId(id).textContent);
const told = inPage("desk-words");
const noteOthers = (desk, view) => { if (told.naming) bindOthers(desk, view, told.naming); };
startDesk(inPage("desk-data"), told.words, told.language, told.name, makeBrowserStore, noteOthers).relabel();
