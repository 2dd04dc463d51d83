// For browsers that know no modules: the one thing that they can be told.
document.addEventListener("DOMContentLoaded", function () {
  var trouble = document.getElementById("trouble");
  trouble.hidden = false;
  trouble.innerHTML =
    "This browser is too old to draw here. Please use a current Chrome, Edge, Firefox " +
    "or Safari. 이 브라우저는 너무 오래되었습니다. 최신 Chrome, Edge, Firefox, Safari를 " +
    "사용해 주세요.";
});
