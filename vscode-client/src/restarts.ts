/** When a server that crashed is started again: later each time, and not for ever. */

export const FIRST_DELAY_MS = 500;
export const LONGEST_DELAY_MS = 30_000;
export const MOST_CRASHES = 6;
export const WINDOW_MS = 3 * 60_000;

/** Remembers crashes. `now` is a clock in milliseconds. */
export class Restarts {
  private crashes: number[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  /** How long to wait before the next start, in milliseconds; undefined when it crashed too often to try again. */
  afterCrash(): number | undefined {
    const at = this.now();
    this.crashes = [...this.crashes.filter((crash) => at - crash < WINDOW_MS), at];
    if (this.crashes.length >= MOST_CRASHES) {
      return undefined;
    }
    return Math.min(FIRST_DELAY_MS * 2 ** (this.crashes.length - 1), LONGEST_DELAY_MS);
  }

  /** Forget the crashes: the user asked for a start, or settings changed. */
  forget(): void {
    this.crashes = [];
  }
}
