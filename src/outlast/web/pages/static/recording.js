/**
 * What a microphone hears, as a WAV file: one channel, 16,000 samples a second of 16 bits.
 * It knows samples. It does not know what is done with the file (`microphone.js`), nor who hears it.
 */
// @ts-check
import { awake } from "./playing.js";

const RATE = 16000;
const HEAD = 44;
const SHORTEST_SECONDS = 0.2;
/** An audio thread that has gone to sleep answers nothing. */
const LAST_BLOCK_MS = 200;
export const LONGEST_SECONDS = 120;

/** One recording; `finish` or `drop` ends it, and lets go of the microphone. */
export class Recording {
  /** @type {Float32Array[]} */
  #pieces = [];
  #count = 0;
  /** @type {() => void} */
  #ended = () => {};

  /**
   * @param {MediaStream} stream
   * @param {AudioContext} context
   */
  constructor(stream, context) {
    this.stream = stream;
    this.rate = context.sampleRate;
    this.source = context.createMediaStreamSource(stream);
    this.node = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    /** @type {Promise<void>} when the audio thread has nothing more */
    this.over = new Promise((resolve) => (this.#ended = resolve));
    this.node.port.onmessage = (event) => {
      if (event.data === null) return this.#ended();
      if (this.seconds >= LONGEST_SECONDS) return;
      this.#pieces.push(event.data);
      this.#count += event.data.length;
    };
    this.source.connect(this.node);
  }

  /** How long it is so far. */
  get seconds() {
    return this.#count / this.rate;
  }

  /** Forget it. */
  drop() {
    this.node.port.postMessage(null);
    this.source.disconnect();
    for (const track of this.stream.getTracks()) track.stop();
  }

  /**
   * End it.
   * @returns {Promise<File | null>} nothing where hardly anything was recorded
   */
  async finish() {
    this.drop();
    await Promise.race([this.over, new Promise((resolve) => setTimeout(resolve, LAST_BLOCK_MS))]);
    if (this.seconds < SHORTEST_SECONDS) return null;
    const offline = new OfflineAudioContext(1, Math.ceil(this.seconds * RATE), RATE);
    const buffer = offline.createBuffer(1, this.#count, this.rate);
    let at = 0;
    for (const piece of this.#pieces) {
      buffer.copyToChannel(/** @type {Float32Array<ArrayBuffer>} */ (piece), 0, at);
      at += piece.length;
    }
    const source = offline.createBufferSource();
    source.buffer = buffer;
    source.connect(offline.destination);
    source.start();
    const heard = await offline.startRendering();
    return new File([wav(heard.getChannelData(0))], "Spoken message.wav", { type: "audio/wav" });
  }
}

/**
 * Begin to record; asks the person, where the browser has not asked yet.
 * @returns {Promise<Recording>} rejects with an error whose message is for people
 */
export async function record() {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error("Browsers give the microphone to pages over https alone, or of this machine itself (localhost).");
  }
  const context = awake();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } }).catch((error) => {
    throw new Error(why(error));
  });
  try {
    await context.audioWorklet.addModule(new URL("capture.js", import.meta.url));
    return new Recording(stream, context);
  } catch {
    for (const track of stream.getTracks()) track.stop();
    throw new Error("This browser cannot record here.");
  }
}

/**
 * @param {DOMException} error
 * @returns {string}
 */
function why(error) {
  if (error.name === "NotAllowedError") return "The microphone is not allowed for this page. Allow it in the browser, then press again.";
  if (error.name === "NotFoundError") return "No microphone was found.";
  return "The microphone cannot be used; another program may have it.";
}

/**
 * @param {Float32Array} samples
 * @returns {ArrayBuffer}
 */
function wav(samples) {
  const view = new DataView(new ArrayBuffer(HEAD + samples.length * 2));
  /** @param {number} at @param {string} letters */
  const letters = (at, letters) => [...letters].forEach((each, number) => view.setUint8(at + number, each.charCodeAt(0)));
  letters(0, "RIFF");
  view.setUint32(4, HEAD - 8 + samples.length * 2, true);
  letters(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  letters(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, at) => view.setInt16(HEAD + at * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return view.buffer;
}
