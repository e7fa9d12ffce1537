// An approved document: shows the passage at once, and tells the page it stands in when it should close.
if (window.parent !== window) {
  document.documentElement.classList.add("embedded");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") window.parent.postMessage({ kind: "hcp-document-close" }, "*");
  });
}
const passage = document.getElementById("passage");
if (passage) {
  const top = passage.getBoundingClientRect().top + window.scrollY - window.innerHeight / 3;
  window.scrollTo({ top, behavior: "instant" }); // not scrollIntoView: that would move the page around the frame
}
