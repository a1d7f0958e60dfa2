/** What the page asks of its server. */

const PATIENCE = 20000;

/** @returns {Promise<number>} the status; 0 when nobody answered */
export async function post(path, content, headers = { "Content-Type": "application/json" }) {
  const body = content instanceof Blob ? content : JSON.stringify(content);
  try {
    const answer = await fetch(path, {
      method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE),
    });
    return answer.status;
  } catch {
    return 0;
  }
}

/** @returns {Promise<{status: number, content: any}>} */
export async function get(path) {
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE) });
    return { status: answer.status, content: answer.ok ? await answer.json() : null };
  } catch {
    return { status: 0, content: null };
  }
}

/** A key that makes the same thing, sent twice, count once. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
