// An approved document: shows the passage at once, and tells the page it stands in when it should close.
if (window.parent !== window) {
  document.documentElement.classList.add("embedded");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") window.parent.postMessage({ kind: "hcp-document-close" }, "*");
  });
}
document.getElementById("passage")?.scrollIntoView({ block: "center", behavior: "instant" });
