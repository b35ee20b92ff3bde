// What the scripts of all pages use.
const byId = (id) => document.getElementById(id);

function text(number) {
  if (!Number.isFinite(number)) return String(number);
  return String(Number(number.toPrecision(4)) + 0);
}

// Nodes that are as they were stay, or the browser would lay out the page again.
function setText(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

async function unpacked(id) {
  const bytes = Uint8Array.from(atob(byId(id).textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
