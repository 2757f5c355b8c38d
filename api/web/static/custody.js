// Counts down to the end of a custody beside the time that the page says anyway. It changes once a minute, and is not read out.
(() => {
  const tick = () => {
    for (const place of document.querySelectorAll("[data-until]")) {
      const minutes = Math.floor((Date.parse(place.dataset.until) - Date.now()) / 60000);
      const left = Math.floor(minutes / 60) + " h " + String(minutes % 60).padStart(2, "0") + " min";
      place.textContent = " – " + (minutes < 0 ? place.dataset.over : place.dataset.left.replace("%s", left));
    }
  };
  setInterval(tick, 10000);
  document.addEventListener("htmx:afterSwap", tick);
  tick();
})();
