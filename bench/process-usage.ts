/** What processes use, as Linux accounts it. Elsewhere everything is 0: the benchmark then measures time alone. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MS_PER_TICK = 10;

/** User and system time of processes that live now, in milliseconds. */
export function cpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const fields = afterName(readText(`/proc/${pid}/stat`));
    return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * MS_PER_TICK;
  }, 0);
}

/** Resident memory in MiB; pages shared by several processes count in parts (PSS). */
export function residentMb(pids: readonly number[]): number {
  const kib = pids.reduce((sum, pid) => {
    const text = readText(`/proc/${pid}/smaps_rollup`);
    return sum + Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0);
  }, 0);
  return Math.round((kib / 1_024) * 10) / 10;
}

/** Time that all processes of the machine ran since it started, over all cores, in milliseconds. */
export function machineBusyMs(): number {
  const [first = ''] = readText('/proc/stat').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = first
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * MS_PER_TICK;
}

/** Bytes that a folder occupies; `apparent` counts file sizes, for stores that write over preallocated files. */
export function diskBytes(folder: string, how: 'allocated' | 'apparent' = 'allocated'): number {
  try {
    // Files come and go while it counts: what it printed before it complained still holds.
    const text = execFileSync('du', [how === 'apparent' ? '-sb' : '-sB1', folder], {
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    });
    return Number(text.split('\t')[0]);
  } catch (error) {
    return Number(String((error as { stdout?: string }).stdout ?? '0').split('\t')[0]);
  }
}

function afterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
