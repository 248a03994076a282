/** JSON as the value of a header, which is ASCII: everything else is escaped the way JSON allows. */
export function asciiJson(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
