import{m as a,n as b,o as c,p as d,q as e,r as f}from"./shared-S7Z7M534.js";export{c as encode,d as encodeMachine,a as leftOut,b as noSuchExplorer,e as split,f as understand};
