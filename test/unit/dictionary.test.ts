import { strict as assert } from 'node:assert';
import { ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { makeDictionary } from '../../src/http/dictionary';

setFlagsFromString('--allow-natives-syntax');
const isFast = runInThisContext('(object) => %HasFastProperties(object)') as (object: object) => boolean;

describe('An object that becomes a dictionary', () => {
  const read = { get: () => 1, set: undefined, enumerable: false, configurable: true };
  const cases: [name: string, object: object, property: string][] = [
    ['keeps a property as it was', { a: 1, b: 2 }, 'a'],
    ['keeps one that is read by a function', Object.defineProperty({ b: 2 }, 'a', read), 'a'],
    ['needs none of that name', { b: 2 }, 'a'],
    ['is left alone when it is frozen', Object.freeze({ a: 1, b: 2 }), 'a'],
    ['may have it from its prototype', Object.create({ a: 1 }, { b: { value: 2 } }) as object, 'a'],
    ['may be the response of a request', new ServerResponse({ method: 'GET' } as never), 'req'],
  ];
  for (const [name, object, property] of cases) {
    it(name, () => {
      const before = Object.getOwnPropertyDescriptors(object);
      makeDictionary(object, property);
      assert.deepEqual(Object.getOwnPropertyDescriptors(object), before);
    });
  }

  it('has no hidden class of its own', () => {
    const response = new ServerResponse({ method: 'GET' } as never);
    Object.setPrototypeOf(response, Object.create(ServerResponse.prototype) as object);
    makeDictionary(response, 'req');
    assert.equal(isFast(response), false);
  });
});
