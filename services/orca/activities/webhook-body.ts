/** Reads a response up to a limit. */

/** @param bytesMax reading stops there, and the connection is closed */
export async function readBody(
  response: Response,
  bytesMax: number,
): Promise<{ text: string; truncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  let truncated = false;
  for await (const chunk of response.body ?? []) {
    const rest = bytesMax - sizeBytes;
    truncated = chunk.byteLength > rest;
    chunks.push(truncated ? chunk.subarray(0, rest) : chunk);
    sizeBytes += Math.min(rest, chunk.byteLength);
    // Leaving the loop cancels the stream.
    if (truncated) break;
  }
  return { text: Buffer.concat(chunks).toString('utf8'), truncated };
}
