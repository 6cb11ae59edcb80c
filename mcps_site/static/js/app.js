// The behaviors of every page. A page with its own adds a module in its `head` block.
import "./behavior.js";
import "./added.js";
import "./chart.js";
import "./choose.js";
import "./copy.js";
import "./dialog.js";
import "./menu.js";
import "./palette.js";
import "./place.js";
import "./theme.js";
import "./toast.js";
