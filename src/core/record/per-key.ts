/**
 * What `make` makes of a key, made once for each; of an object, for as long as that is in use. Schemas never change, and making
 * thousands that are alike was a tenth of every start.
 */
export function perKey<K, T>(make: (key: K) => T): (key: K) => T {
  const ofValues = new Map<unknown, T>()
  const ofObjects = new WeakMap<object, T>()
  return key => {
    const made = (typeof key === 'object' && key ? ofObjects : ofValues) as Map<unknown, T>
    const known = made.get(key) ?? make(key)
    made.set(key, known)
    return known
  }
}
