/** Loading the page anew when what it shows is gone; once, so that it never goes round in circles. */

const KEPT = "hamrah.anew";
const LATELY = 5000;

export function wasLoadedAnew() {
  return Date.now() - Number(sessionStorage.getItem(KEPT)) < LATELY;
}

/** @param {function(): void} failed called instead, when that was just done and did not help */
export function loadAnew(failed) {
  if (wasLoadedAnew()) {
    failed();
    return;
  }
  sessionStorage.setItem(KEPT, String(Date.now()));
  location.reload();
}
