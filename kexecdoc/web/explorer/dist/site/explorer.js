import{c as a}from"./shared-F2BR3NFB.js";import"./shared-QE3KLEHW.js";import"./shared-S7Z7M534.js";export{a as render};
