/**
 * The audio thread's part of a recording: hands on what the microphone gives, as it is.
 * It knows samples. It does not know what becomes of them (`recording.js`).
 */
class Capture extends AudioWorkletProcessor {
  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const samples = inputs[0][0];
    if (samples) this.port.postMessage(samples.slice());
    return true;
  }
}

registerProcessor("capture", Capture);
