/**
 * The audio thread's part of a recording: hands on what the microphone gives, as it is, until it is told to end.
 * It knows samples. It does not know what becomes of them (`recording.js`).
 */
class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.over = false;
    this.port.onmessage = () => {
      this.over = true;
      this.port.postMessage(null);
    };
  }

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const samples = inputs[0][0];
    if (samples && !this.over) this.port.postMessage(samples.slice());
    return !this.over;
  }
}

registerProcessor("capture", Capture);
