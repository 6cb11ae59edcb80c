/*
 * Sends what visitors do to the collection API. One file, no dependency, no eval, no inline code:
 * <script async src="https://HOST/v1/mcps.js" data-write-key="wk_…" data-page="auto"></script>
 * data-consent="required" stores and sends nothing before mcps.consent(true).
 * Ids are those of analytics.js (ajs_anonymous_id, ajs_user_id), so both may run on one page.
 */
(function (window, document) {
  "use strict";

  var script = document.currentScript;
  if (!script || !script.dataset.writeKey || (window.mcps && window.mcps.version)) return;

  var VERSION = "1.0.0";
  var KEY = script.dataset.writeKey;
  var URL_BATCH = new URL("/v1/batch", script.src).href;
  var ANONYMOUS = "ajs_anonymous_id";
  var USER = "ajs_user_id";
  var QUEUE = "mcps_queue_" + KEY.slice(-8);
  var CONSENT = "mcps_consent";
  var YEAR = 31536000;
  var MOST_WAITING = 1000; // the oldest go first when a visitor stays offline for long
  var MOST_BYTES = 32 * 1024; // of one message
  var MOST_IN_BATCH = 100;
  var MOST_IN_BEACON = 60000; // browsers refuse beacons above 64 KB

  var allowed = script.dataset.consent !== "required" || stored(CONSENT) === "yes";
  var held = []; // messages before consent: in memory only
  var memory = {}; // where the browser forbids storage
  var waiting = null; // the queue where the browser forbids storage
  var timer = 0;
  var sending = false;
  var failures = 0;
  var domain = null;

  /* Storage: never touched before consent, except to look whether consent was given before. */

  function stored(name) {
    try {
      return window.localStorage.getItem(name);
    } catch (error) {
      return null;
    }
  }

  function store(name, value) {
    try {
      if (value === null) window.localStorage.removeItem(name);
      else window.localStorage.setItem(name, value);
      return true;
    } catch (error) {
      return false;
    }
  }

  function cookie(name) {
    var found = document.cookie.match("(?:^|; )" + name + "=([^;]*)");
    return found ? decodeURIComponent(found[1]) : null;
  }

  function setCookie(name, value, age, on) {
    document.cookie =
      name + "=" + encodeURIComponent(value) + "; path=/; max-age=" + age + "; samesite=lax" +
      (on ? "; domain=" + on : "") + (window.location.protocol === "https:" ? "; secure" : "");
  }

  /* The widest domain that the browser lets us set cookies for, as analytics.js finds it. */
  function widest() {
    if (domain !== null) return domain;
    var parts = window.location.hostname.split(".");
    for (var count = 2; count <= parts.length; count++) {
      var name = parts.slice(-count).join(".");
      setCookie("__mcps__", "1", 5, name);
      if (cookie("__mcps__")) {
        setCookie("__mcps__", "", 0, name);
        return (domain = name);
      }
    }
    return (domain = "");
  }

  function plain(text) {
    if (!text || text === "null") return null;
    return text.charAt(0) === '"' ? text.replace(/^"|"$/g, "") : text;
  }

  function read(name) {
    return plain(cookie(name)) || plain(stored(name)) || memory[name] || null;
  }

  function write(name, value) {
    memory[name] = value;
    store(name, value === null ? null : JSON.stringify(value));
    setCookie(name, value || "", value === null ? 0 : YEAR, widest());
  }

  /* Ids */

  function uuid() {
    if (window.crypto.randomUUID) return window.crypto.randomUUID();
    var bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return Array.prototype.map
      .call(bytes, function (byte, index) {
        var dash = index === 4 || index === 6 || index === 8 || index === 10 ? "-" : "";
        return dash + (byte + 256).toString(16).slice(1);
      })
      .join("");
  }

  function anonymousId() {
    var found = read(ANONYMOUS);
    if (!found) write(ANONYMOUS, (found = uuid()));
    return found;
  }

  /* Messages */

  function context() {
    var at = window.location;
    var campaign = {};
    new URLSearchParams(at.search).forEach(function (value, name) {
      if (name.indexOf("utm_") === 0) {
        campaign[name === "utm_campaign" ? "name" : name.slice(4)] = value;
      }
    });
    return {
      library: { name: "mcps.js", version: VERSION },
      page: {
        path: at.pathname, referrer: document.referrer, search: at.search,
        title: document.title, url: at.href,
      },
      campaign: campaign,
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      userAgent: navigator.userAgent,
    };
  }

  function message(type, fields) {
    fields.type = type;
    fields.messageId = "mcps-" + uuid();
    fields.timestamp = new Date().toISOString();
    fields.context = context();
    return fields;
  }

  /* Before consent a call waits in memory, with the page and the time it belongs to. */
  function record(type, fields, before) {
    var made = message(type, fields);
    var finish = function () {
      if (before) before(made);
      made.anonymousId = made.anonymousId || anonymousId();
      made.userId = made.userId || read(USER) || undefined;
      enqueue(made);
    };
    if (allowed) finish();
    else held.push(finish);
  }

  function enqueue(made) {
    if (new Blob([JSON.stringify(made)]).size > MOST_BYTES) {
      console.warn("mcps: an event is larger than 32 KB and was dropped.");
      return;
    }
    save(queue().concat(made).slice(-MOST_WAITING));
    plan(250);
  }

  function queue() {
    if (waiting) return waiting;
    try {
      return JSON.parse(stored(QUEUE)) || [];
    } catch (error) {
      return [];
    }
  }

  function save(messages) {
    var done = store(QUEUE, messages.length ? JSON.stringify(messages) : null);
    waiting = done ? null : messages;
  }

  function forget(sent) {
    var ids = {};
    sent.forEach(function (one) {
      ids[one.messageId] = true;
    });
    save(
      queue().filter(function (one) {
        return !ids[one.messageId];
      })
    );
  }

  /* Sending: what was not confirmed stays in the queue; the collector leaves doubles out. */

  function plan(delay) {
    if (!timer) {
      timer = window.setTimeout(function () {
        timer = 0;
        flush();
      }, delay);
    }
  }

  function body(batch) {
    return JSON.stringify({ writeKey: KEY, sentAt: new Date().toISOString(), batch: batch });
  }

  function flush() {
    var batch = allowed ? queue().slice(0, MOST_IN_BATCH) : [];
    while (batch.length > 1 && body(batch).length > 400000) batch.length >>= 1;
    if (!batch.length || sending || navigator.onLine === false) return;
    sending = true;
    // Plain text needs no preflight; the collector reads the body whatever its type.
    window
      .fetch(URL_BATCH, {
        method: "POST", body: body(batch), credentials: "omit",
        headers: { "Content-Type": "text/plain" },
      })
      .then(
        function (answer) {
          sending = false;
          if (answer.status === 429 || answer.status >= 500) {
            return again(1000 * Number(answer.headers.get("Retry-After") || 0));
          }
          if (!answer.ok) console.warn("mcps: events were refused with " + answer.status + ".");
          failures = 0;
          forget(batch);
          if (queue().length) plan(50);
        },
        function () {
          sending = false;
          again(0);
        }
      );
  }

  function again(least) {
    var pause = Math.min(60000, 1000 * Math.pow(2, failures++));
    plan(Math.max(least, pause * (0.5 + Math.random() / 2)));
  }

  /* The page goes away: hand over what waits, and keep it until an answer confirms it. */
  function handOver() {
    if (!allowed || !navigator.sendBeacon) return;
    var batch = queue().slice(0, MOST_IN_BATCH);
    while (batch.length && new Blob([body(batch)]).size > MOST_IN_BEACON) batch.length >>= 1;
    if (batch.length) navigator.sendBeacon(URL_BATCH, new Blob([body(batch)], { type: "text/plain" }));
  }

  /* Calls */

  function object(value) {
    return value && typeof value === "object" ? value : {};
  }

  var api = {
    version: VERSION,
    track: function (event, properties) {
      record("track", { event: event, properties: object(properties) });
    },
    page: function (category, name, properties) {
      var texts = [category, name].filter(function (each) {
        return typeof each === "string";
      });
      var own = object([category, name, properties].filter(function (each) {
        return each && typeof each === "object";
      })[0]);
      var fields = { name: texts[texts.length - 1], properties: Object.assign({}, context().page, own) };
      if (texts.length === 2) fields.category = texts[0];
      record("page", fields);
    },
    identify: function (userId, traits) {
      var id = userId && typeof userId !== "object" ? String(userId) : null;
      record("identify", { traits: object(id ? traits : userId) }, function (made) {
        if (!id) return;
        var before = read(USER);
        // Another known person on the same device gets a visitor id of their own.
        if (before && before !== id) write(ANONYMOUS, null);
        write(USER, id);
        made.userId = id;
      });
    },
    group: function (groupId, traits) {
      record("group", { groupId: String(groupId), traits: object(traits) });
    },
    alias: function (userId, previousId) {
      record("alias", { userId: String(userId) }, function (made) {
        made.previousId = previousId || read(USER) || anonymousId();
        write(USER, made.userId);
      });
    },
    reset: function () {
      held = [];
      if (!allowed) return;
      write(USER, null);
      write(ANONYMOUS, null);
      store("ajs_user_traits", null);
    },
    consent: function (given) {
      if (!given) {
        held = [];
        if (allowed) {
          save([]);
          api.reset();
          store(CONSENT, null);
        }
        allowed = false;
        return;
      }
      allowed = true;
      store(CONSENT, "yes");
      held.splice(0).forEach(function (finish) {
        finish();
      });
      plan(0);
    },
    anonymousId: function () {
      return allowed ? anonymousId() : null;
    },
    flush: flush,
  };

  var early = Array.isArray(window.mcps) ? window.mcps : [];
  api.push = function (call) {
    if (typeof api[call[0]] === "function") api[call[0]].apply(api, [].slice.call(call, 1));
  };
  window.mcps = api;
  if (script.dataset.page === "auto") api.page();
  early.forEach(api.push);

  window.addEventListener("online", function () {
    failures = 0;
    plan(0);
  });
  window.addEventListener("pagehide", handOver);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") handOver();
  });
  if (allowed && queue().length) plan(0);
})(window, document);
