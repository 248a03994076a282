/** How V8 is to treat what the steps of actors leave behind. */
import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 make every object in its young generation. By itself it makes those that it takes for long-lived in the old one. What a
 * step makes lives until its commit is stored, which is long enough to be taken for that when many are under way; and each
 * one that is dead then keeps all that it refers to, through every collection of the young generation. Measured on 100
 * workflows under way, without a server: 9 of 48 MB survived each of them, with it 1, and a step took a quarter less of the
 * CPU.
 *
 * For the whole process. A hint: nothing depends on it, and calling it again changes nothing.
 */
export function keepObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
