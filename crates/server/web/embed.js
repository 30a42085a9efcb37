// Defines <kaucim-oracle>: this server's page, in a frame that is as high as what it shows, for pages of other sites.
//
//   <script type="module" src="https://temple.example/embed.js"></script>
//   <kaucim-oracle deity="yue_lao" lang="ja" theme="dark"></kaucim-oracle>

const PLACE = new URL('embed', import.meta.url);
const WISHES = ['deity', 'lang', 'theme'];
const [LEAST, MOST] = [160, 20000]; // pixels: no frame is lost, and none swallows its page

class Oracle extends HTMLElement {
  static observedAttributes = [...WISHES, 'label'];

  #frame = document.createElement('iframe');
  #here = false; // whether the page in the frame is there to be told anything

  #listen = ({ source, origin, data }) => {
    if (source !== this.#frame.contentWindow || origin !== PLACE.origin) return;
    if (data?.kaucim === 'here') {
      this.#here = true;
      this.#tell();
    }
    if (data?.kaucim === 'height' && data.height > 0) this.#frame.style.height = `${Math.min(MOST, Math.max(LEAST, Math.ceil(data.height)))}px`;
    if (data?.kaucim === 'top' && this.getBoundingClientRect().top < 0) this.scrollIntoView({ block: 'start' });
  };

  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).append(this.#frame);
    Object.assign(this.#frame.style, { display: 'block', width: '100%', height: '36rem', border: '0', borderRadius: 'inherit', colorScheme: 'normal' });
    // A browser complains of names that it does not know.
    const known = document.featurePolicy?.features();
    this.#frame.allow = ['clipboard-write', 'web-share', 'accelerometer', 'gyroscope'].filter((name) => !known || known.includes(name)).join('; ');
  }

  connectedCallback() {
    if (!this.style.display) this.style.display = 'block';
    this.#name();
    addEventListener('message', this.#listen);
    this.#here = false;
    const address = new URL(PLACE);
    for (const [name, value] of Object.entries(this.#wishes())) address.searchParams.set(name, value);
    this.#frame.src = address;
  }

  disconnectedCallback() {
    removeEventListener('message', this.#listen);
  }

  attributeChangedCallback() {
    if (!this.isConnected) return;
    this.#name();
    this.#tell();
  }

  #wishes() {
    return Object.fromEntries(WISHES.filter((name) => this.hasAttribute(name)).map((name) => [name, this.getAttribute(name)]));
  }

  #name() {
    this.#frame.title = this.getAttribute('label') || 'Kaucim 求籤';
  }

  #tell() {
    if (this.#here) this.#frame.contentWindow?.postMessage({ kaucim: 'wishes', ...this.#wishes() }, PLACE.origin);
  }
}

if (!customElements.get('kaucim-oracle')) customElements.define('kaucim-oracle', Oracle);
