import{d as a}from"./shared-KNFHGVGT.js";import"./shared-KDDYZPHY.js";import"./shared-S7Z7M534.js";export{a as render};
