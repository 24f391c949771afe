import{c as a}from"./shared-WTMUILSK.js";import"./shared-O6VVQ6MP.js";import"./shared-S7Z7M534.js";export{a as render};
