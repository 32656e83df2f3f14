/** How often a property is tried: all of `n` in continuous integration, a third where somebody waits for it. */
export const runs = (n: number): number => (process.env.CI === 'true' ? n : Math.ceil(n / 3))
