// Has Mermaid read the files that are named. Fails if it refuses one, or sees other nodes and edges than are written.
import { readFileSync } from 'node:fs';
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('');
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import('mermaid');
mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });

const files = process.argv.slice(2);
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  const nodes = new Set([...diagram.db.getVertices().keys()]);
  const edges = diagram.db.getEdges().length;
  const written = text.split('\n');
  const expected = [
    written.filter((line) => /^ {2}n\d+[^\d ]/.test(line)).length,
    written.filter((line) => /^ {2}n\d+ (-->|-\.->|-\.-x)/.test(line)).length,
  ];
  if (nodes.size !== expected[0] || edges !== expected[1]) {
    throw new Error(`${file}: ${nodes.size} nodes and ${edges} edges instead of ${expected.join(' and ')}`);
  }
}
console.log(`Mermaid reads ${files.length} pictures`);
