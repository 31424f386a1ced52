const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/**
 * The JSON text of a line's top-level `id`: as given for a number (1.0, 12345678901234567890), which
 * JSON.parse would round. Undefined when there is no id or it is not a scalar.
 * @param line valid JSON, an object
 * @param members the same, parsed
 */
export function idTextOf(line: string, members: object): string | undefined {
  const id = Object.hasOwn(members, 'id') ? (members as { id: unknown }).id : undefined;
  if (typeof id === 'number') return numberTextOf(line);
  const isScalar = id === null || typeof id === 'string' || typeof id === 'boolean';
  return isScalar ? JSON.stringify(id) : undefined;
}

function numberTextOf(line: string): string | undefined {
  let depth = 0;
  let member: unknown;
  let previous = '';
  let text: string | undefined;
  for (const [token] of line.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && token === ':') member = JSON.parse(previous);
    // Of a repeated member the last one counts, as with JSON.parse.
    else if (depth === 1 && previous === ':' && member === 'id') text = token;
    previous = token;
  }
  return text;
}
