/**
 * Makes an object a dictionary, by taking a property of it away and putting it back.
 *
 * Express gives every request and every response another prototype. V8 then shares no hidden class between two of
 * them any more: each property that is added, by Node, by Express or by us, makes a class of its own for that one
 * object (4 to 6 µs and a kilobyte each, measured on Node 20), and no access to it is found in a cache. Dictionaries
 * have no such classes. Answering a webhook takes almost a third less time with this.
 *
 * @param property - one of the object's own, and not the last that was added: taking that away takes back its class
 */
export function makeDictionary(object: object, property: string): void {
  const own = Object.getOwnPropertyDescriptor(object, property);
  if (!own?.configurable || !Reflect.deleteProperty(object, property)) return;
  Object.defineProperty(object, property, own);
}
