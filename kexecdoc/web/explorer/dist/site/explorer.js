import{d as a}from"./shared-NY47IZBA.js";import"./shared-3FWLZGNO.js";import"./shared-S7Z7M534.js";export{a as render};
