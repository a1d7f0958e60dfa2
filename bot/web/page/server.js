/** What the page asks of its server. */

const PATIENCE = 20_000;
/** A large file on a slow line, or a clock that goes through a busy day. */
const LONG_PATIENCE = 300_000;

/** @typedef {{status: number, content: any, wait: number}} Answer
 *   status 0: nobody answered; wait: milliseconds to wait, if the server says so */

/** @returns {Promise<Answer>} */
async function ask(path, options, patience) {
  try {
    const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(patience) });
    const isObject = answer.headers.get("Content-Type")?.startsWith("application/json");
    return {
      status: answer.status,
      content: isObject ? await answer.json() : null,
      wait: 1000 * (Number(answer.headers.get("Retry-After")) || 0),
    };
  } catch {
    return { status: 0, content: null, wait: 0 };
  }
}

export function get(path) {
  return ask(path, {}, PATIENCE);
}

export function post(path, content, patience = PATIENCE) {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(content) }, patience);
}

export function postPatiently(path, content) {
  return post(path, content, LONG_PATIENCE);
}

/** @param {File} file */
export function postFile(path, file) {
  const headers = {
    "Content-Type": file.type || "application/octet-stream",
    "X-File-Name": encodeURIComponent(file.name),
  };
  return ask(path, { method: "POST", headers, body: file }, LONG_PATIENCE);
}

/** A key that makes the same thing, sent twice, count once. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
