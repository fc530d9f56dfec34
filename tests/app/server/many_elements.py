"""One of each kind of element that a page of ours may show."""

import altair as alt
import pandas as pd
import streamlit as st

st.title("退款台 Refund desk")
st.markdown("**12,345.67 元** :material/school: :blue[x]")
st.altair_chart(alt.Chart(pd.DataFrame({"小时": [1, 2, 3], "积压": [3, 1, 2]})).mark_line().encode(x="小时", y="积压"))
st.dataframe(pd.DataFrame({"退款": [1, 2]}))
st.data_editor(pd.DataFrame({"人数": [1]}))
st.table(pd.DataFrame({"a": [1]}))
st.button("提交", shortcut="1", icon=":material/check:", key="press")
st.slider("人数", 0, 10)
st.select_slider("批量", [1, 2])
st.selectbox("情景", ["双十一", "日常"])
st.multiselect("路径", ["1", "2"])
st.radio("答复", ["a", "b"])
st.segmented_control("视图", ["1", "2"])
st.pills("标签", ["1", "2"])
st.toggle("ERP")
st.checkbox("夜班")
st.text_input("名字")
st.number_input("权限", 0, 10)
st.date_input("日期")
st.file_uploader("文件")
st.download_button("CSV", "a,b", file_name="runs.csv", mime="text/csv")
st.metric("一次完成", "98 %", "1 %")
st.progress(0.3)
st.code("x = 1")
st.json({"a": 1})
st.toast("好")
st.tabs(["a", "b"])[0].write("内")
st.expander("更多").write("内")
st.popover("数").write("内")
with st.container(horizontal=True, border=True):
    st.badge("对")
SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect style='fill:blue' width='9' height='9'/></svg>"
st.image("https://evil.example/a.png" if st.query_params.get("evil") else SVG)
st.html(f"<p style='color:red' id='html'>html</p>{SVG}")
st.html("<script>window.ranInline = true</script>", unsafe_allow_javascript=True)
component = st.components.v2.component("probe", html="<p id='probe'>.</p>", js="export default function () { window.ranComponent = true; }")
component()


@st.fragment(run_every=0.5)
def ticking() -> None:
    st.session_state["ticks"] = st.session_state.get("ticks", 0) + 1
    st.text(f"ticks {st.session_state['ticks']}")


ticking()
st.text("the end")
