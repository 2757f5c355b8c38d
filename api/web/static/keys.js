// Shortcuts of one key, for reviewers. They can be turned off, for those whose voice or hand types letters unmeant.
(() => {
  const list = document.getElementById("keys");
  const open = document.getElementById("keys-open");
  const on = document.getElementById("keys-on");
  const stored = "vigie-keys";
  const writable = "input:not([type=radio], [type=checkbox]), textarea, select";
  const written = () => [...document.querySelectorAll("textarea")].some((text) => text.value.trim() !== "");

  const keys = {
    n: () => { if (!written()) document.getElementById("keys-next").submit(); },
    "?": () => { if (!list.open) list.showModal(); },
  };

  on.checked = localStorage.getItem(stored) !== "off";
  on.addEventListener("change", () => localStorage.setItem(stored, on.checked ? "on" : "off"));
  open.hidden = false;
  open.addEventListener("click", () => list.showModal());
  document.getElementById("keys-close").addEventListener("click", () => list.close());
  document.addEventListener("keydown", (event) => {
    if (!on.checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.target.closest(writable)) return;
    const act = Object.hasOwn(keys, event.key) && keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
