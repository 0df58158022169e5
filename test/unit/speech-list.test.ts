import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Speech {
  vendors: Record<string, string>;
  tts: Record<string, [code: string, name: string, voices: [id: string, name?: string][]][]>;
  stt: Record<string, [code: string, name: string][]>;
}

const read = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8');
const speech = JSON.parse(read('resources/speech.json')) as Speech;
const manifest = JSON.parse(read('package.json')) as { name: string; files: string[] };

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '' && value.trim() === value;

describe('the list of speech vendors', () => {
  it('is packed, and fetched from where Node-RED serves it', () => {
    assert.ok(manifest.files.includes('resources'));
    assert.ok(read('src/editor/speech-offer.ts').includes(`'resources/${manifest.name}/speech.json'`));
  });

  it('names every vendor', () => {
    for (const vendor of [...Object.keys(speech.tts), ...Object.keys(speech.stt)]) {
      assert.ok(isText(speech.vendors[vendor]), vendor);
    }
  });

  it('gives every vendor languages, and every one that speaks voices', () => {
    for (const [vendor, languages] of [...Object.entries(speech.stt), ...Object.entries(speech.tts)]) {
      assert.ok(languages.length > 0, vendor);
      for (const [code, name] of languages) assert.ok(isText(code) && isText(name), `${vendor} ${code}`);
    }
    for (const [vendor, languages] of Object.entries(speech.tts)) {
      assert.ok(
        languages.some(([, , voices]) => voices.length > 0),
        vendor,
      );
      for (const [code, , voices] of languages) {
        for (const [id, name] of voices) assert.ok(isText(id) && (name === undefined || isText(name)), `${code} ${id}`);
      }
    }
  });
});
