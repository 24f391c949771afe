import{m as a}from"./shared-5QHSYR5M.js";import"./shared-O6VVQ6MP.js";export{a as render};
