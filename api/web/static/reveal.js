// Hides the pictures of a reveal: on request, on Escape, when the window loses the focus, and for good when the
// grant ends. Without this script the page reloads itself when the grant ends.
(() => {
  const view = document.getElementById("reveal");
  if (!view) return;
  const pictures = document.getElementById("pictures");
  const hidden = document.getElementById("hidden");
  const over = document.getElementById("over");
  const left = document.getElementById("left");
  const hide = document.getElementById("hide");
  const show = document.getElementById("show");
  const ends = Date.now() + Number(view.dataset.seconds) * 1000; // the wall clock goes on while a laptop sleeps

  // For the counts of what one was shown: when it went off the screen, and when it came back.
  const told = document.getElementById("hiding");
  let off = false;
  let before = Promise.resolve(); // one after the other, or the last might come first
  const tell = (yes, atOnce) => {
    if (off === yes) return;
    off = yes;
    const said = new URLSearchParams(new FormData(told));
    if (!yes) said.set("again", "1");
    const send = () => fetch(told.action, { method: "POST", body: said, keepalive: true, redirect: "error", headers: { Accept: "application/json" } }).catch(() => {});
    if (atOnce) send();
    else before = before.then(send);
  };

  const setHidden = (yes) => {
    if (!over.hidden) return;
    tell(yes);
    pictures.hidden = yes;
    hidden.hidden = !yes;
    hide.hidden = yes;
  };
  const end = () => {
    off = true;
    clearInterval(clock);
    pictures.remove();
    hide.remove();
    hidden.hidden = true;
    over.hidden = false;
    left.closest("p").remove();
  };
  const tick = () => {
    const seconds = Math.ceil((ends - Date.now()) / 1000);
    if (seconds <= 0) return end();
    left.textContent = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
  };

  hide.hidden = false;
  left.closest("p").hidden = false;
  hide.addEventListener("click", () => { setHidden(true); show.focus(); });
  show.addEventListener("click", () => { setHidden(false); hide.focus(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") setHidden(true); });
  window.addEventListener("blur", () => setHidden(true));
  document.addEventListener("visibilitychange", () => { if (document.hidden) setHidden(true); });
  window.addEventListener("pagehide", () => tell(true, true));
  window.addEventListener("pageshow", (event) => { if (event.persisted && !pictures.hidden && over.hidden) tell(false); });
  const clock = setInterval(tick, 1000);
  tick();
})();
