/** Things that never change, up to a capacity; the one that was read longest ago goes first. */
export class BoundedCache<Value> {
  private readonly entries = new Map<string, { readonly value: Value; readonly size: number }>();
  private size = 0;

  /** @param capacity in the units of the sizes that are given to `set` */
  constructor(private readonly capacity: number) {}

  get(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: Value, size: number): void {
    if (size > this.capacity || this.entries.has(key)) return;
    this.entries.set(key, { value, size });
    this.size += size;
    for (const [oldest, entry] of this.entries) {
      if (this.size <= this.capacity) return;
      this.entries.delete(oldest);
      this.size -= entry.size;
    }
  }
}
