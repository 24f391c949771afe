/** What the site's theme, and the explorer, add to what a browser has. */

/** Material's announcement of every page that it shows, also without a reload. */
interface Window {
  document$?: { subscribe(listener: () => void): void };
}
