// Shortcuts of one key, for reviewers. They can be turned off, for those whose voice or hand types letters unmeant. None of them
// reveals, decides or sends what was written: they lead to the field or the button that does.
(() => {
  const list = document.getElementById("keys");
  const open = document.getElementById("keys-open");
  const on = document.getElementById("keys-on");
  const stored = "vigie-keys";
  const writable = "input:not([type=radio], [type=checkbox]), textarea, select";
  const written = () => [...document.querySelectorAll("textarea")].some((text) => text.value.trim() !== "");
  const one = (what) => document.querySelector(what);

  // send sends a form of the page, unless that would lose what somebody wrote.
  const send = (form) => { if (form && !written()) form.requestSubmit(); };
  // focus brings a field or a button into sight, and to hand.
  const focus = (what) => {
    if (!what) return;
    what.focus();
    what.scrollIntoView({ block: "nearest" });
  };
  // move goes so many groups further in the list; from elsewhere, to the first.
  const move = (by) => {
    const groups = [...document.querySelectorAll(".queue h2 a")];
    const at = groups.findIndex((group) => group.closest("li").contains(document.activeElement));
    focus(at < 0 ? groups[0] : groups[Math.min(Math.max(at + by, 0), groups.length - 1)]);
  };
  const step = () => {
    const form = one('form[action$="/reveal"]');
    if (form) focus(form.querySelector("textarea[required]") ?? form.querySelector("button"));
  };
  const choose = (n) => {
    const verdict = document.querySelectorAll('form[action$="/decide"] input[name=verdict]')[n];
    if (!verdict) return;
    verdict.checked = true;
    focus(verdict);
  };
  const filter = () => {
    const fields = document.getElementById("filter");
    if (!fields) return;
    fields.open = true;
    focus(fields.querySelector("input"));
  };

  const keys = {
    n: () => send(one("main form.next") ?? document.getElementById("keys-next")),
    j: () => move(1),
    k: () => move(-1),
    f: filter,
    q: () => { if (!written()) location.assign("/queue"); },
    c: () => send(one('main form[action$="/claim"]')),
    r: () => send(one('main form[action$="/return"]')),
    s: step,
    p: () => focus(one('main form[action$="/same"] button')),
    "?": () => { if (!list.open) list.showModal(); },
  };
  // Digits by their place: on a French keyboard they are reached with Shift.
  const places = { Digit1: 0, Digit2: 1, Digit3: 2, Numpad1: 0, Numpad2: 1, Numpad3: 2 };

  on.checked = localStorage.getItem(stored) !== "off";
  on.addEventListener("change", () => localStorage.setItem(stored, on.checked ? "on" : "off"));
  open.hidden = false;
  open.addEventListener("click", () => list.showModal());
  document.getElementById("keys-close").addEventListener("click", () => list.close());
  document.addEventListener("keydown", (event) => {
    if (!on.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.target.closest(writable)) return;
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : Object.hasOwn(places, event.code) && (() => choose(places[event.code]));
    if (!act || list.open && event.key !== "?") return;
    event.preventDefault();
    act();
  });
})();
